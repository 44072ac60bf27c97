import type { Database } from '../../platform/database.ts';

/** A row of the view `rate_pairs`. Decimals and days are text, instants ISO 8601 in UTC. */
export interface PairRate {
  readonly base: string;
  readonly quote: string;
  readonly rate: string;
  readonly inverse: string;
  readonly rate_date: string;
  readonly observed_at: string;
  readonly fetched_at: string;
  readonly source: 'xe' | 'simulator';
  readonly suspect: boolean;
  /** Not in the view, which knows no schedule: false until somebody who does says otherwise. */
  readonly stale: boolean;
  readonly derived: boolean;
}
/** Which pairs: one base, several quotes, in the order in which they are wanted. */
export interface Pairs {
  readonly base: string;
  readonly quotes: readonly string[];
}
/** Days from and to, both included. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

const COLUMNS =
  'base, quote, rate, inverse, rate_date, observed_at, fetched_at, source, suspect, false as stale, derived';

export type PairRateQueries = ReturnType<typeof pairRateQueries>;

/** How far back the newest row is looked for at first: a cross has no index of its own, and ten years of it take 30 times as long. */
const RECENT_DAYS = 31;

/** Rates by day, of any pair, from the view that all of them come from. */
export function pairRateQueries(db: Database) {
  const newestWithin = async (
    { base, quotes }: Pairs,
    { from, to }: { from: string | null; to: string },
  ): Promise<PairRate[]> => {
    const { rows } = await db.raw(
      `select ${COLUMNS} from unnest(:quotes::text[]) with ordinality as wanted (code, position)
       cross join lateral (
         select * from rate_pairs
         where base = :base and quote = wanted.code
           and rate_date between coalesce(:from::date, least(:to::date, current_date) - ${RECENT_DAYS}) and :to::date
         order by rate_date desc limit 1
       ) newest order by position`,
      { base, quotes, from, to } as never,
    );
    return rows;
  };
  const newestUntil = async ({ base, quotes }: Pairs, day: string): Promise<PairRate[]> => {
    const recent = await newestWithin({ base, quotes }, { from: null, to: day });
    const without = quotes.filter((quote) => !recent.some((row) => row.quote === quote));
    if (without.length === 0) return recent;
    const older = await newestWithin({ base, quotes: without }, { from: '-infinity', to: day });
    return quotes.flatMap((quote) => [...recent, ...older].filter((row) => row.quote === quote));
  };
  return {
    /** The newest row of each pair. */
    latest: (pairs: Pairs) => newestUntil(pairs, 'infinity'),
    /** The row of each pair on a day. */
    on: (pairs: Pairs, day: string) => newestWithin(pairs, { from: day, to: day }),
    /** The last row of each pair up to a day. */
    upTo: (pairs: Pairs, day: string) => newestUntil(pairs, day),

    /** Rows of a range, oldest first, after the row that `after` names by day and quote. */
    async between(
      { base, quotes }: Pairs,
      { from, to }: Days,
      { after, limit }: { after: readonly string[] | null; limit: number },
    ) {
      const [day, quote] = after ?? [];
      const { rows } = await db.raw<{ rows: PairRate[] }>(
        `select ${COLUMNS} from rate_pairs
         where base = :base and quote = any(:quotes) and rate_date between :from and :to
           ${after ? 'and (rate_date, quote) > (:day, :quote)' : ''}
         order by rate_date, quote limit :limit`,
        { base, quotes, from, to, limit, ...(after && { day, quote }) } as never,
      );
      return rows;
    },

    /** The first day that any of the pairs has, or null. */
    async firstDay({ base, quotes }: Pairs): Promise<string | null> {
      const { rows } = await db.raw(
        'select min(rate_date) as day from rate_pairs where base = ? and quote = any(?)',
        [base, quotes as never],
      );
      return rows[0].day;
    },

    /** The days of a range on which not every pair has a rate. */
    async missingDays({ base, quotes }: Pairs, { from, to }: Days): Promise<string[]> {
      const { rows } = await db.raw(
        `select day::date as day from generate_series(:from::date::timestamp, :to::date::timestamp, interval '1 day') day
         left join (
           select rate_date, count(*) as pairs from rate_pairs
           where base = :base and quote = any(:quotes) and rate_date between :from and :to group by rate_date
         ) had on had.rate_date = day::date
         where coalesce(pairs, 0) < cardinality(:quotes::text[]) order by day`,
        { base, quotes, from, to } as never,
      );
      return rows.map(({ day }: { day: string }) => day);
    },
  };
}
