const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The length of a month (1 to 12) of the Gregorian calendar; 0 when there is no such month. */
export function daysInMonth(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (MONTH_LENGTHS[month - 1] ?? 0);
}

/** True for a text that is written like a day, whether or not the calendar has it. */
export const isDayForm = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text);

/** True for a `YYYY-MM-DD` in the calendar. No Date object: a day has no time zone. */
export function isCalendarDay(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (!year || !month || !day || year === '0000' || day === '00') return false;
  return Number(day) <= daysInMonth(Number(year), Number(month));
}
