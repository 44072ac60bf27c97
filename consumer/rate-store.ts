import type { RateObserved } from '../events/rate-observed.ts';
import type { Database } from '../platform/database.ts';
import { failpoint } from '../platform/failpoint.ts';
import { databaseFault } from '../platform/sqlstate.ts';
import { newestPerDay } from './newest-per-day.ts';

/** How often a transaction is repeated at once before the stream's own, slower back-off takes over. */
const TRIES = 5;

/** What a write came to: events that were new, and currency-days that have a rate they had not before. */
export interface Saved {
  readonly inserted: number;
  readonly updatedDays: number;
}
export interface RateStore {
  /** Stores all of `rates` in one transaction that may be repeated whole. */
  save(rates: readonly RateObserved[]): Promise<Saved>;
}

/**
 * Every event once in rate_observations, and the newest of each day in daily_rates, whatever the order and however often they come:
 * the rows decide. A write that changes nothing writes nothing.
 */
export function openRateStore(db: Database): RateStore {
  return {
    save: async (rates) => {
      if (rates.length === 0) return { inserted: 0, updatedDays: 0 };
      for (let tried = 1; ; tried++) {
        try {
          return await saveOnce(db, rates);
        } catch (error) {
          if (tried === TRIES || databaseFault(error) !== 'away') throw error;
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 50 * 2 ** tried));
        }
      }
    },
  };
}

async function saveOnce(db: Database, rates: readonly RateObserved[]): Promise<Saved> {
  const saved = await db.transaction(async (trx) => {
    const observations = await trx.raw(
      `insert into rate_observations (event_id, run_id, source, base_currency, quote_currency, mid, observed_at, fetched_at)
       select * from unnest(:event_id::uuid[], :run_id::text[], :source::text[], :base_currency::text[], :quote_currency::text[],
                            :mid::numeric[], :observed_at::timestamptz[], :fetched_at::timestamptz[])
       on conflict on constraint rate_observations_pkey do nothing`,
      columns(rates) as never,
    );
    const days = await trx.raw(
      `insert into daily_rates (event_id, source, base_currency, quote_currency, mid, observed_at, fetched_at, rate_date)
       select *, (observed_at at time zone 'UTC')::date
       from unnest(:event_id::uuid[], :source::text[], :base_currency::text[], :quote_currency::text[], :mid::numeric[],
                   :observed_at::timestamptz[], :fetched_at::timestamptz[])
         as r (event_id, source, base_currency, quote_currency, mid, observed_at, fetched_at)
       on conflict on constraint daily_rates_pkey do update
       set event_id = excluded.event_id, source = excluded.source, mid = excluded.mid,
           observed_at = excluded.observed_at, fetched_at = excluded.fetched_at
       where (excluded.source = 'xe', excluded.observed_at, excluded.fetched_at, excluded.event_id)
           > (daily_rates.source = 'xe', daily_rates.observed_at, daily_rates.fetched_at, daily_rates.event_id)`,
      columns(newestPerDay(rates)) as never,
    );
    // Whoever waits for these rows, the producer to confirm its run first of all, need not poll.
    await trx.raw("select pg_notify('rates', '')");
    failpoint('before-transaction-commit');
    return { inserted: observations.rowCount, updatedDays: days.rowCount };
  });
  failpoint('after-transaction-commit');
  return saved;
}

const COLUMNS = ['event_id', 'run_id', 'source', 'base_currency', 'quote_currency', 'mid', 'observed_at', 'fetched_at'] as const;

function columns(rates: readonly RateObserved[]): Record<string, string[]> {
  return Object.fromEntries(COLUMNS.map((column) => [column, rates.map((rate) => rate[column])]));
}
