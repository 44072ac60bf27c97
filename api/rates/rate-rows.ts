import type { Freshness } from '../../ledger/freshness.ts';
import type { Validity } from '../http/formats.ts';
import type { PairRate } from './pair-rates.ts';

/** A rate as it is told, or the gap where there is none of a day. */
export type RateRow = Omit<
  PairRate,
  'rate' | 'inverse' | 'observed_at' | 'fetched_at' | 'source'
> & {
  readonly rate: string | null;
  readonly inverse: string | null;
  readonly observed_at: string | null;
  readonly fetched_at: string | null;
  readonly source: string | null;
};

/** Adds to rows whether they are stale: only the newest row of a pair can be, and is when one of its currencies is. */
export function withStale(
  rows: readonly PairRate[],
  newest: readonly PairRate[],
  freshness: Freshness,
): RateRow[] {
  const lastDay = new Map(newest.map(({ quote, rate_date }) => [quote, rate_date]));
  const isStale = ({ base, quote, rate_date }: PairRate) =>
    base !== quote && rate_date === lastDay.get(quote) && freshness.isStale(base, quote);
  // The others are handed on as they are: copying a thousand rows takes longer than writing them out as JSON.
  return rows.map((row) => (isStale(row) ? { ...row, stale: true } : row));
}

/** The row of a day that has no rate. */
export function gapOn(day: string, { base, quote }: { base: string; quote: string }): RateRow {
  const nothing = {
    rate: null,
    inverse: null,
    rate_date: day,
    observed_at: null,
    fetched_at: null,
    source: null,
  };
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
  // To the second, which is what a header can say: up to there instants sort as text.
  let modified = settled ? null : toTheSecond(turned);
  for (const { fetched_at } of rows) {
    if (fetched_at === null) continue;
    const second = toTheSecond(fetched_at);
    if (modified === null || second > modified) modified = second;
  }
  return {
    modified,
    lasts: settled ? null : Date.parse(until) - Date.parse(now),
    settled,
  };
}

const toTheSecond = (instant: string) => `${instant.slice(0, 19)}Z`;
