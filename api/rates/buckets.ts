import type { Database } from '../../platform/database.ts';
import type { Days, Pairs } from './pair-rates.ts';

/** What the rates of a day, a week from Monday or a month come to. Decimals and days are text. */
interface Bucket {
  readonly base: string;
  readonly quote: string;
  readonly from: string;
  readonly to: string;
  readonly min: string;
  readonly max: string;
  /** The mean, to 18 decimals. */
  readonly avg: string;
  readonly last: string;
  readonly last_date: string;
  readonly count: number;
  readonly days: number;
  /** A day of the bucket has no rate, is yet to come, or lies outside of the range. */
  readonly partial: boolean;
  readonly fetched_at: string;
}
export interface BucketPage extends Pairs, Days {
  readonly group: 'day' | 'week' | 'month';
  /** First day and quote of the last bucket of the page before. */
  readonly after: readonly string[] | null;
  readonly limit: number;
}

export type BucketsQuery = (page: BucketPage) => Promise<Bucket[]>;

/** Rates of a range in buckets, oldest first. */
export function bucketsQuery(db: Database): BucketsQuery {
  return async ({ after, ...page }) => {
    const [day = null, code = null] = after ?? [];
    const { rows } = await db.raw(
      `with bucket as (
         select base, quote, date_trunc(:group, rate_date::timestamp)::date as "from",
                (date_trunc(:group, rate_date::timestamp) + ('1 ' || :group)::interval)::date - 1 as "to",
                rate, rate_date, fetched_at
         from rate_pairs where base = :base and quote = any(:quotes) and rate_date between :from and :to
       )
       select base, quote, "from", "to", min(rate) as min, max(rate) as max, round(avg(rate), 18) as avg,
              (array_agg(rate order by rate_date desc))[1] as last, max(rate_date) as last_date, count(*)::int as count,
              "to" - "from" + 1 as days, count(*) < "to" - "from" + 1 as partial, max(fetched_at) as fetched_at
       from bucket where :day::date is null or ("from", quote) > (:day::date, :code)
       group by base, quote, "from", "to" order by "from", quote limit :limit`,
      { ...page, day, code } as never,
    );
    return rows;
  };
}
