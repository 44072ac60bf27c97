/** A calendar day as the number of days since 1970-01-01: adding days is adding. */
export type Day = number;

const MS = 86_400_000;
const SHORT_MONTHS = new Set([2, 4, 6, 9, 11]);
const written: string[] = [];

export function day(year: number, month: number, dayOfMonth: number): Day {
  return Date.UTC(year, month - 1, dayOfMonth) / MS;
}

/** The same day of a later month, or that month's last when it is shorter. */
export function monthsLater(from: Day, months: number): Day {
  const date = new Date(from * MS);
  const firstOfNext = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months + 1, 1) / MS;
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1) / MS;
  return Math.min(first + date.getUTCDate() - 1, firstOfNext - 1);
}

/** `MM/DD/YYYY`. Kept once written: a book of millions of rows has a few thousand days. */
export function dayText(of: Day): string {
  written[of] ??= new Date(of * MS).toISOString().replace(/^(\d+)-(\d+)-(\d+)T.*$/, '$2/$3/$1');
  return written[of];
}

/** The same without leading zeros. */
export function shortDayText(of: Day): string {
  return dayText(of).replace(/\b0/g, '');
}

/** Whether the day's month has fewer than 31 days. */
export function inShortMonth(of: Day): boolean {
  return SHORT_MONTHS.has(new Date(of * MS).getUTCMonth() + 1);
}

/** A day that does not exist: the 31st of the day's month, or of the short month before it (for February the 30th). */
export function noSuchDayText(of: Day): string {
  const short = inShortMonth(of)
    ? of
    : [1, 2].map((back) => monthsLater(of, -back)).find(inShortMonth);
  const [month, , year] = dayText(short ?? of).split('/');
  return `${month}/${month === '02' ? 30 : 31}/${year}`;
}
