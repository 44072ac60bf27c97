const WRITTEN = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;
const LAST_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Reads a day written `MM/DD/YYYY`, zeros optional, and gives it as `YYYY-MM-DD`. `exists` is false when the month has no such day:
 * `day` is then the month's last. Undefined for anything else. No Date object: a calendar day has no time zone.
 */
export function readCalendarDay(text: string): { day: string; exists: boolean } | undefined {
  const match = WRITTEN.exec(text);
  if (!match) return undefined;
  const [, month = '', day = '', year = ''] = match;
  const last = lastDay(Number(year), Number(month));
  if (last === 0 || Number(day) === 0 || year === '0000') return undefined;
  const exists = Number(day) <= last;
  return {
    day: `${year}-${month.padStart(2, '0')}-${exists ? day.padStart(2, '0') : last}`,
    exists,
  };
}

/** 0 when there is no such month. */
function lastDay(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : (LAST_DAYS[month - 1] ?? 0);
}
