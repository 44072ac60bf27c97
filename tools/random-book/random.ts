/** Draws that a seed decides for good: whole numbers only, so that floating point has no say. */
export interface Random {
  /** From `least` to `most`, both included. */
  between: (least: number, most: number) => number;
  /** True in `percent` of 100 draws. */
  chance: (percent: number) => boolean;
  pick: <Item>(items: readonly Item[]) => Item;
}

/** A source of draws for a seed from 0 to 4294967295 (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    between: (least, most) => least + (next() % (most - least + 1)),
    chance: (percent) => next() % 100 < percent,
    pick: (items) => items[next() % items.length] as (typeof items)[number],
  };
}

/** A calendar day as the number of days since 1970-01-01: adding days is adding. */
export type Day = number;

const DAY_MS = 86_400_000;
const SHORT_MONTHS = new Set([2, 4, 6, 9, 11]);
const dayTexts: string[] = [];

export function dayOf(year: number, month: number, dayOfMonth: number): Day {
  return Date.UTC(year, month - 1, dayOfMonth) / DAY_MS;
}

/** The same day of a later month, or that month's last when it is shorter. */
export function monthsLater(from: Day, months: number): Day {
  const date = new Date(from * DAY_MS);
  const firstOfNext = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months + 1, 1) / DAY_MS;
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1) / DAY_MS;
  return Math.min(first + date.getUTCDate() - 1, firstOfNext - 1);
}

/** `MM/DD/YYYY`. Cached: a book of millions of rows has a few thousand days. */
export function dayText(day: Day): string {
  dayTexts[day] ??= new Date(day * DAY_MS)
    .toISOString()
    .replace(/^(\d+)-(\d+)-(\d+)T.*$/, '$2/$3/$1');
  return dayTexts[day];
}

/** Whether the day's month has fewer than 31 days. */
export function isInShortMonth(day: Day): boolean {
  return SHORT_MONTHS.has(new Date(day * DAY_MS).getUTCMonth() + 1);
}

/** A day that does not exist: the 31st of the day's month, or of the short month before it. */
export function noSuchDayText(day: Day): string {
  const short = isInShortMonth(day)
    ? day
    : [1, 2].map((back) => monthsLater(day, -back)).find(isInShortMonth);
  const [month, , year] = dayText(short ?? day).split('/');
  return `${month}/${month === '02' ? 30 : 31}/${year}`;
}
