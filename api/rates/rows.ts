import type { Freshness } from '../../ledger/freshness.ts';
import type { Validity } from '../http/caching.ts';
import type { Params } from '../http/params.ts';
import { invalidParameter } from '../http/problems.ts';
import type { Schemas } from '../schemas.ts';
import type { PairRate, Pairs } from './queries.ts';

export const BASE = 'USD';

/** A rate of a day, or the gap where the day has none. */
export type RateRow = Schemas['Rate'];

const DAY_MS = 86_400_000;
/** The longest CATCH_UP_HOURS: a rate of an older day no longer comes by itself. */
const FINAL_AFTER_DAYS = 7;

/** A currency code in upper case. Throws `Refused` naming the known ones when it is unknown. */
export function knownCode(
  given: unknown,
  known: readonly string[],
  name: string,
  place: 'query' | 'path' = 'query',
): string {
  const code = String(given).toUpperCase();
  if (code === BASE || known.includes(code)) return code;
  const allowed = [BASE, ...known];
  const got = JSON.stringify(given).slice(0, 80);
  const expected = `use one of ${allowed.join(', ')} (got ${got})`;
  throw invalidParameter(name, expected, { place, allowed });
}

/** The pairs of `base` and `quotes`: without quotes every currency but the base itself. */
export function requestedPairs({ base, quotes }: Params, known: readonly string[]): Pairs {
  const from = knownCode(base ?? BASE, known, 'base');
  const codes = Array.isArray(quotes)
    ? quotes.map((code) => knownCode(code, known, 'quotes'))
    : [...(from === BASE ? [] : [BASE]), ...known.filter((code) => code !== from)];
  return { base: from, quotes: [...new Set(codes)] };
}

/** Marks stale rows: only the newest row of a pair can be, when one of its currencies is. */
export function markStale(
  rows: readonly PairRate[],
  newest: readonly PairRate[],
  freshness: Freshness,
): RateRow[] {
  const lastDay = new Map(newest.map(({ quote, rate_date }) => [quote, rate_date]));
  const isStale = ({ base, quote, rate_date }: PairRate) =>
    base !== quote && rate_date === lastDay.get(quote) && freshness.isStale(base, quote);
  // Other rows are passed on: copying a thousand takes longer than serializing them.
  return rows.map((row) => (isStale(row) ? { ...row, stale: true } : row));
}

/** The row of a day that has no rate. */
export function gapRow(rate_date: string, base: string, quote: string): RateRow {
  return {
    base,
    quote,
    rate: null,
    inverse: null,
    rate_date,
    observed_at: null,
    fetched_at: null,
    source: null,
    suspect: false,
    stale: false,
    derived: false,
  };
}

/** Whether any of the rows was made by the simulator. */
export function isSimulated(rows: readonly { readonly source: string | null }[]): boolean {
  return rows.some(({ source }) => source === 'simulator');
}

/** Whether rows of XE up to `lastDay` can no longer change: no catch-up reaches back that far. */
export function isFinalDay(
  lastDay: string,
  rows: readonly { readonly source: string | null }[],
  { today }: Freshness,
): boolean {
  const age = (Date.parse(today) - Date.parse(lastDay)) / DAY_MS;
  return age > FINAL_AFTER_DAYS && rows.length > 0 && rows.every(({ source }) => source === 'xe');
}

/** How long a response made with this freshness stays right. */
export function validityOf({ now, until }: Freshness, isFinal = false): Validity {
  return { lasts: isFinal ? null : Date.parse(until) - Date.parse(now), isFinal };
}
