import type { Database } from '../../platform/database.ts';
import { query, queryRow, sqlFile } from '../../platform/sql.ts';
import { BASE } from '../../reports/conversion.ts';
import { readQuality } from '../../reports/quality.ts';
import type { Page } from '../http/paging.ts';
import type { Schemas } from '../schemas.ts';

/** A row of the view `rate_pairs`; `stale` is false until `markStale` sets it. */
export type PairRate = Schemas['Rate'] & {
  readonly rate: string;
  readonly inverse: string;
  readonly observed_at: string;
  readonly fetched_at: string;
  readonly source: string;
};
/** One base and several quotes, in the order in which they are wanted. */
export interface Pairs {
  readonly base: string;
  readonly quotes: readonly string[];
}
/** Days from and to, both included. */
export interface Days {
  readonly from: string;
  readonly to: string;
}
type Bucket = Schemas['Bucket'];
export type Grouping = 'day' | 'week' | 'month';
type DaysOfCurrency = Pick<Schemas['Currency'], 'code' | 'first_date' | 'last_date' | 'days'>;

/** The newest row is sought in these days first: no index finds that of a cross. */
const RECENT_DAYS = 31;

const NEWEST = sqlFile(import.meta.url, 'sql/newest_pair_rates.sql');
const RANGE = sqlFile(import.meta.url, 'sql/pair_rates_in_range.sql');
const BUCKETS = sqlFile(import.meta.url, 'sql/buckets.sql');
const MISSING_DAYS = sqlFile(import.meta.url, 'sql/missing_days.sql');
const OBSERVATIONS = sqlFile(import.meta.url, 'sql/observations_of_day.sql');
const LATEST_OBSERVATIONS = sqlFile(import.meta.url, 'sql/latest_observations.sql');
const CURRENCIES = sqlFile(import.meta.url, 'sql/days_of_currencies.sql');
const FIRST_DAY =
  'select min(rate_date) as day from rate_pairs where base = :base and quote = any(:quotes)';
const CONVERT = `
  select round(
    case when :isInverted::boolean
         then :amount::numeric * 1.000000000000000000000000000000 / :inverse::numeric
         else :amount::numeric * :rate::numeric end,
    :minorUnits::int) as converted`;

export type RateQueries = ReturnType<typeof rateQueries>;

/** Reads rates of any pair by day, from the view that every reader uses. */
export function rateQueries(db: Database) {
  return {
    /** The newest row of each pair up to a day. */
    newestUntil: (pairs: Pairs, day: string) => newestUntil(db, pairs, day),
    /** The row of each pair on a day. */
    onDay: (pairs: Pairs, day: string) => newestIn(db, pairs, { from: day, to: day }),

    /** Rows of a range, oldest first and in the order of the quotes. */
    inRange: ({ base, quotes }: Pairs, { from, to }: Days, { after, limit }: Page) => {
      const [day = null, quote = null] = after ?? [];
      return query<PairRate>(db, RANGE, { base, quotes, from, to, day, quote, limit });
    },

    /** Rates of a range in buckets of a day, a week from Monday or a month, in the same order. */
    inBuckets: (
      { base, quotes }: Pairs,
      days: Days,
      { after, ...options }: Page & { group: Grouping; today: string },
    ) => {
      const [day = null, quote = null] = after ?? [];
      return query<Bucket>(db, BUCKETS, { base, quotes, ...days, day, quote, ...options });
    },

    /** The first day that any of the pairs has, or null. */
    firstDay: async ({ base, quotes }: Pairs): Promise<string | null> => {
      const { day } = await queryRow<{ day: string | null }>(db, FIRST_DAY, { base, quotes });
      return day;
    },

    /** The days of a range on which not every pair has a rate. */
    missingDays: async ({ base, quotes }: Pairs, { from, to }: Days): Promise<string[]> => {
      const rows = await query<{ day: string }>(db, MISSING_DAYS, { base, quotes, from, to });
      return rows.map(({ day }) => day);
    },

    /** Every observation of a UTC day, oldest first. */
    observationsOf: (day: string, quotes: readonly string[], { after, limit }: Page) => {
      const [time = null, quote = null, event = null] = after ?? [];
      const params = { day, quotes, time, quote, event, limit };
      return query<Schemas['Observation']>(db, OBSERVATIONS, params);
    },

    /** The rates of a range beside those of the best other source, oldest first. */
    quality: (quotes: readonly string[], days: Days, page: Page) =>
      readQuality(db, days, { quotes, ...page }),

    /** Observations of any day by when they were stored, newest first. */
    latestObservations: (quotes: readonly string[], limit: number) =>
      query<Schemas['Observation']>(db, LATEST_OBSERVATIONS, { quotes, limit }),

    /** Days with rates, a row per currency in the given order, even one without any. */
    daysOf: (currencies: readonly string[]) =>
      query<DaysOfCurrency>(db, CURRENCIES, { currencies }),

    /** An amount at a rate, rounded to the minor units of the target currency. */
    convert: (amount: string, row: PairRate, minorUnits: number) =>
      convert(db, amount, row, minorUnits),
  };
}

/**
 * Rounds half away from zero. Into the base of the published rates the published one divides: its
 * inverse is rounded.
 */
async function convert(
  db: Database,
  amount: string,
  { rate, inverse, quote }: PairRate,
  minorUnits: number,
): Promise<string> {
  const params = { amount, rate, inverse, isInverted: quote === BASE, minorUnits };
  return (await queryRow<{ converted: string }>(db, CONVERT, params)).converted;
}

function newestIn(db: Database, { base, quotes }: Pairs, { from, to }: Days) {
  return query<PairRate>(db, NEWEST, { base, quotes, from, to });
}

async function newestUntil(db: Database, pairs: Pairs, day: string): Promise<PairRate[]> {
  const { base, quotes } = pairs;
  const recent = await newestIn(db, pairs, { from: daysBefore(day, RECENT_DAYS), to: day });
  const found = new Set(recent.map(({ quote }) => quote));
  const others = quotes.filter((quote) => !found.has(quote));
  if (others.length === 0) return recent;
  const older = await newestIn(db, { base, quotes: others }, { from: '-infinity', to: day });
  return quotes.flatMap((quote) => [...recent, ...older].filter((row) => row.quote === quote));
}

function daysBefore(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
}
