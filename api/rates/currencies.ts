import type { Database } from '../../platform/database.ts';

/** The days that there are of a currency, for 1 USD. */
interface DaysOf {
  readonly code: string;
  readonly first_date: string | null;
  readonly last_date: string | null;
  readonly days: number;
  readonly fetched_at: string | null;
}

export type CurrenciesQuery = () => Promise<DaysOf[]>;

/** What there is of each of `currencies`, in their order; of one without any rate too. */
export function currenciesQuery(db: Database, currencies: readonly string[]): CurrenciesQuery {
  return async () => {
    const { rows } = await db.raw(
      `select wanted.code, min(rate_date) as first_date, max(rate_date) as last_date, count(rate_date)::int as days, max(fetched_at) as fetched_at
       from unnest(?::text[]) with ordinality as wanted (code, position)
       left join rates on base_currency = 'USD' and quote_currency = wanted.code
       group by wanted.code, position order by position`,
      [currencies as never],
    );
    return rows;
  };
}
