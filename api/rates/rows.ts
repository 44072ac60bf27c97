import type { Freshness } from '../../ledger/freshness.ts';
import { RATE_DAYS_BACK } from '../../reports/conversion.ts';
import type { Column, Row } from '../../reports/report.ts';
import type { Validity } from '../http/caching.ts';
import type { Result } from '../http/formats.ts';
import type { Params } from '../http/params.ts';
import { invalidParameter } from '../http/problems.ts';
import type { Schemas } from '../schemas.ts';
import type { Days, PairRate, Pairs } from './queries.ts';

export const BASE = 'USD';

/** A rate of a day, or the gap where the day has none. */
export type RateRow = Schemas['Rate'];

export const DAY_MS = 86_400_000;
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

/**
 * A parameter that is a day which may have rates: up to tomorrow in UTC, which has begun further
 * east. Throws `Refused` for a later one.
 */
export function pastDay(name: string, given: unknown, { today }: Freshness): string {
  const day = String(given);
  const tomorrow = new Date(Date.parse(today) + DAY_MS).toISOString().slice(0, 10);
  if (day > tomorrow)
    throw invalidParameter(name, `use a day up to tomorrow in UTC, ${tomorrow} (got ${day})`);
  return day;
}

/**
 * Marks stale rows: the newest row of a pair, when one of its currencies is; and where the rate of
 * a day was asked for, one that is too old for it to convert a total of the loan book.
 */
export function markStale(
  rows: readonly PairRate[],
  newest: readonly PairRate[],
  freshness: Freshness,
  asked?: string,
): RateRow[] {
  const lastDay = new Map(newest.map(({ quote, rate_date }) => [quote, rate_date]));
  const isTooOld = (from: string) =>
    asked !== undefined && countDays({ from, to: asked }) > RATE_DAYS_BACK + 1;
  const isStale = ({ base, quote, rate_date }: PairRate) =>
    isTooOld(rate_date) ||
    (base !== quote && rate_date === lastDay.get(quote) && freshness.isStale(base, quote));
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
    diverges: false,
  };
}

/** Whether any of the rows was made up by a simulator. */
export function isSimulated(
  rows: readonly { readonly source: string | null }[],
  { sources }: Freshness,
): boolean {
  return rows.some(({ source }) =>
    sources.some(({ name, simulated }) => simulated && name === source),
  );
}

/** Whether rows of the best source up to `lastDay` are final: no catch-up reaches back that far. */
export function isFinalDay(
  lastDay: string,
  rows: readonly { readonly source: string | null }[],
  { today, sources }: Freshness,
): boolean {
  const age = (Date.parse(today) - Date.parse(lastDay)) / DAY_MS;
  return (
    age > FINAL_AFTER_DAYS &&
    rows.length > 0 &&
    rows.every(({ source }) => source === sources[0]?.name)
  );
}

/** How long a response made with this freshness stays right. */
export function validityOf({ now, until }: Freshness, isFinal = false): Validity {
  return { lasts: isFinal ? null : Date.parse(until) - Date.parse(now), isFinal };
}

/** What a page of a range says of itself, and how long it stays right. */
export function describeRange(
  { from }: Params,
  {
    pairs,
    days,
    fresh,
    isWhole,
    ...rest
  }: {
    pairs: Pairs;
    days: Days;
    fresh: Freshness;
    /** Whether the rows themselves prove that none is missing, or which. */
    isWhole: boolean;
    missing_dates: readonly string[];
    next_cursor: string | null;
  },
  rows: readonly { readonly source: string | null }[],
): Pick<Result, 'meta' | 'valid'> {
  const isFixed = isWhole && rest.missing_dates.length === 0 && from !== undefined;
  return {
    meta: { base: pairs.base, ...days, simulated: isSimulated(rows, fresh), ...rest },
    valid: validityOf(fresh, isFixed && isFinalDay(days.to, rows, fresh)),
  };
}

/** The rows as a pivot where the client asks for `layout=wide`. */
export function wideTable(
  { layout }: Params,
  rows: readonly RateRow[],
  pairs: Pairs,
): Partial<Result> {
  return layout === 'wide' ? { table: pivotByDay(rows, pairs) } : {};
}

/** A row of the wide layout is a day: part of one would show blanks where there are rates. */
export function refuseCut({ cursor }: Params, next_cursor: string | null): void {
  const name = cursor !== undefined ? 'cursor' : next_cursor !== null ? 'limit' : undefined;
  if (name)
    throw invalidParameter(name, 'use layout=wide with a range that fits, without limit or cursor');
}

/**
 * A pivot: one row per day and one column per currency. The marks beside them are false, or name
 * the currencies that they are about; the source names every one of the day.
 */
function pivotByDay(rows: readonly RateRow[], { quotes }: Pairs) {
  const days = new Map<string, RateRow[]>();
  for (const row of rows) days.set(row.rate_date, [...(days.get(row.rate_date) ?? []), row]);
  const columns: Column[] = [
    { name: 'rate_date', kind: 'day' },
    ...quotes.map((name): Column => ({ name, kind: 'decimal' })),
    { name: 'source', kind: 'text' },
    { name: 'suspect', kind: 'text' },
    { name: 'stale', kind: 'text' },
    { name: 'diverges', kind: 'text' },
  ];
  const gaps = Object.fromEntries(quotes.map((quote) => [quote, null]));
  const lines = [...days].map(([rate_date, ofDay]): Row => {
    const codes = (flag: 'suspect' | 'diverges' | 'stale') =>
      ofDay.flatMap((row) => (row[flag] ? [row.quote] : [])).join(' ') || false;
    return {
      rate_date,
      ...gaps,
      ...Object.fromEntries(ofDay.map(({ quote, rate }) => [quote, rate])),
      source: [...new Set(ofDay.flatMap(({ source }) => source ?? []))].join(' ') || null,
      suspect: codes('suspect'),
      stale: codes('stale'),
      diverges: codes('diverges'),
    };
  });
  return { columns, rows: lines };
}

/** `fx-rates_KES-NGN_2026-11`: what the file holds, without its ending. */
export function rateFileName(
  { base, quotes }: Pairs,
  days: { from: string; to: string } | string,
  { layout }: Params = {},
): string {
  const codes = quotes.length > 7 ? `${quotes.length}-currencies` : quotes.join('-');
  const pair = base === 'USD' ? codes : `${base}-${codes}`;
  const name = layout === 'wide' ? 'fx-rates-by-currency' : 'fx-rates';
  return `${name}_${pair}_${typeof days === 'string' ? days : shortRange(days)}`;
}

function shortRange({ from, to }: { from: string; to: string }): string {
  if (from === to) return from;
  const [month, nextDay] = [from.slice(0, 7), new Date(Date.parse(to) + DAY_MS).toISOString()];
  const isMonth = from.endsWith('-01') && to.startsWith(month) && nextDay.slice(8, 10) === '01';
  return isMonth ? month : `${from}_${to}`;
}

/** The number of days of a range, both ends included. */
export function countDays({ from, to }: Days): number {
  return (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
}

/** The days up to today on which not every pair is among the rows of a whole range. */
export function daysWithout({ quotes }: Pairs, days: Days, rows: readonly PairRate[]): string[] {
  const pairsOf = new Map<string, number>();
  for (const { rate_date } of rows) pairsOf.set(rate_date, (pairsOf.get(rate_date) ?? 0) + 1);
  return Array.from({ length: Math.max(0, countDays(days)) }, (_, n) =>
    new Date(Date.parse(days.from) + n * DAY_MS).toISOString().slice(0, 10),
  ).filter((day) => (pairsOf.get(day) ?? 0) < quotes.length);
}

export function untilToday({ from, to }: Days, { today }: Freshness): Days {
  return { from, to: to < today ? to : today };
}

export function quotesWithout({ quotes }: Pairs, rows: readonly PairRate[]): string[] {
  return quotes.filter((quote) => !rows.some((row) => row.quote === quote));
}
