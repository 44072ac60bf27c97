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
  };
}
