import type { Validity } from '../answer.ts';
import type { Freshness } from '../queries/freshness.ts';
import type { Days, PairRate, Pairs } from '../queries/pair-rates.ts';

const DAY_MS = 86_400_000;

/** A rate as it is told, or the gap where there is none of a day. */
export type RateRow = Omit<PairRate, 'rate' | 'inverse' | 'observed_at' | 'fetched_at' | 'source'> & {
  readonly rate: string | null;
  readonly inverse: string | null;
  readonly observed_at: string | null;
  readonly fetched_at: string | null;
  readonly source: string | null;
  readonly stale: boolean;
};

/** Adds to rows whether they are stale: only the newest row of a pair can be, and is when one of its currencies is. */
export function withStale(rows: readonly PairRate[], newest: readonly PairRate[], freshness: Freshness): RateRow[] {
  const lastDay = new Map(newest.map(({ quote, rate_date }) => [quote, rate_date]));
  // Named one by one: spreading a thousand rows takes longer than writing them out as JSON.
  return rows.map(({ base, quote, rate, inverse, rate_date, observed_at, fetched_at, source, suspect, derived }) => {
    const stale = base !== quote && rate_date === lastDay.get(quote) && freshness.isStale(base, quote);
    return { base, quote, rate, inverse, rate_date, observed_at, fetched_at, source, suspect, stale, derived };
  });
}

export function gapOn(day: string, { base, quote }: { base: string; quote: string }): RateRow {
  const nothing = { rate: null, inverse: null, rate_date: day, observed_at: null, fetched_at: null, source: null };
  return { base, quote, ...nothing, suspect: false, stale: false, derived: false };
}

/** The days of a range on which not every pair has a rate, from all of its rows: asking the database as well would cost as much again. */
export function daysLacking(rows: readonly PairRate[], { quotes }: Pairs, { from, to }: Days): string[] {
  const pairsOn = new Map<string, number>();
  for (const { rate_date } of rows) pairsOn.set(rate_date, (pairsOn.get(rate_date) ?? 0) + 1);
  const lacking: string[] = [];
  for (let day = Date.parse(from); day <= Date.parse(to); day += DAY_MS) {
    const date = new Date(day).toISOString().slice(0, 10);
    if ((pairsOn.get(date) ?? 0) < quotes.length) lacking.push(date);
  }
  return lacking;
}

export function isSimulated(rows: readonly { source: string | null }[]): boolean {
  return rows.some(({ source }) => source === 'simulator');
}

/** The newest of what the rows and, where it can touch them, the passing of time have changed. */
export function validity(
  rows: readonly { fetched_at: string | null }[],
  { now, until, turned }: Freshness,
  { settled }: { settled: boolean },
): Validity {
  let modified = settled ? null : turned;
  for (const { fetched_at } of rows) {
    if (fetched_at !== null && (modified === null || Date.parse(fetched_at) > Date.parse(modified))) modified = fetched_at;
  }
  return {
    modified,
    lasts: settled ? null : Date.parse(until) - Date.parse(now),
    settled,
  };
}
