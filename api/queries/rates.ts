import type { Database } from '../../platform/database.ts';

/** A row of the view `rates`. Decimals and dates are text, instants ISO 8601 in UTC. */
export interface Rate {
  readonly rate_date: string;
  readonly base_currency: string;
  readonly quote_currency: string;
  readonly source: 'xe' | 'simulator';
  /** Units of the quote currency for 1 of the base. */
  readonly mid: string;
  /** 1 / mid to 18 decimals. */
  readonly inverse: string;
  readonly observed_at: string;
  readonly fetched_at: string;
  readonly suspect: boolean;
}

export type RateQueries = ReturnType<typeof rateQueries>;

/** Everything that is read goes through one view, so that no two answers disagree. */
export function rateQueries(db: Database) {
  return {
    /** One row for each currency and day, oldest first. */
    async byDay(currencies: readonly string[]): Promise<Rate[]> {
      const { rows } = await db.raw(
        'select * from rates where base_currency = ? and quote_currency = any(?) order by rate_date, quote_currency',
        ['USD', currencies as never],
      );
      return rows;
    },

    /** The newest row of each currency. */
    async latest(currencies: readonly string[]): Promise<Rate[]> {
      const { rows } = await db.raw(
        `select newest.* from unnest(?::text[]) with ordinality as wanted (currency, position)
         cross join lateral (
           select * from rates where base_currency = 'USD' and quote_currency = wanted.currency order by rate_date desc limit 1
         ) newest order by position`,
        [currencies as never],
      );
      return rows;
    },
  };
}
