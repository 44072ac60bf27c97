import type { Validity } from '../answer.ts';
import type { Freshness } from '../queries/freshness.ts';
import type { PairRate } from '../queries/pair-rates.ts';

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

/** The row of a day that has no rate. */
export function gapOn(day: string, { base, quote }: { base: string; quote: string }): RateRow {
  const nothing = { rate: null, inverse: null, rate_date: day, observed_at: null, fetched_at: null, source: null };
  return { base, quote, ...nothing, suspect: false, stale: false, derived: false };
}

/** Whether any of the rows was made up. */
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
