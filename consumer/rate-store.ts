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

const NOTHING: Saved = { inserted: 0, updatedDays: 0 };

/**
 * Every event once in rate_observations, and the newest of each day in daily_rates, whatever the order and however often they come:
 * the rows decide. A write that changes nothing writes nothing.
 *
 * This is the fast path: what is here is felt once for each of a million events. A batch is a statement for each table, its columns sent
 * as the texts of arrays. Once a batch has changed nothing, the next is first asked about: in a replay most change nothing, and a
 * question without a transaction is several times as fast as an insert of which nothing stays.
 */
export function openRateStore(db: Database): RateStore {
  let readAgain = false;

  async function saveOnce(rates: readonly RateObserved[]): Promise<Saved> {
    const newest = newestPerDay(rates);
    if (readAgain && (await areThere(db, rates, newest))) return NOTHING;
    const saved = await write(db, rates, newest);
    readAgain = saved.inserted === 0 && saved.updatedDays === 0;
    return saved;
  }

  return {
    save: async (rates) => {
      if (rates.length === 0) return NOTHING;
      for (let tried = 1; ; tried++) {
        try {
          return await saveOnce(rates);
        } catch (error) {
          if (tried === TRIES || databaseFault(error) !== 'away') throw error;
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 50 * 2 ** tried));
        }
      }
    },
  };
}

async function write(db: Database, rates: readonly RateObserved[], newest: readonly RateObserved[]): Promise<Saved> {
  const saved = await db.transaction(async (trx) => {
    const observations = await trx.raw(
      `insert into rate_observations (event_id, run_id, source, base_currency, quote_currency, mid, observed_at, fetched_at)
       select event_id, run_id, source, base_currency, quote_currency, mid, observed_at, fetched_at from ${ROWS}
       on conflict on constraint rate_observations_pkey do nothing`,
      columns(rates),
    );
    const days = await trx.raw(
      `insert into daily_rates (event_id, source, base_currency, quote_currency, mid, observed_at, fetched_at, rate_date)
       select event_id, source, base_currency, quote_currency, mid, observed_at, fetched_at, (observed_at at time zone 'UTC')::date from ${ROWS}
       on conflict on constraint daily_rates_pkey do update
       set event_id = excluded.event_id, source = excluded.source, mid = excluded.mid,
           observed_at = excluded.observed_at, fetched_at = excluded.fetched_at
       where ${rankOf('excluded')} > ${rankOf('daily_rates')}`,
      columns(newest),
    );
    // Whoever waits for these rows, the producer to confirm its run first of all, need not poll.
    await trx.raw("select pg_notify('rates', '')");
    failpoint('before-transaction-commit');
    return { inserted: observations.rowCount, updatedDays: days.rowCount };
  });
  failpoint('after-transaction-commit');
  return saved;
}

/** Whether writing these would change nothing. An id that stands twice among them counts once, so then it says no. */
async function areThere(db: Database, rates: readonly RateObserved[], newest: readonly RateObserved[]): Promise<boolean> {
  const { rows } = await db.raw(
    `select (select count(*) from rate_observations where event_id = any(:ids::uuid[])) as events,
            (select count(*) from ${ROWS} join daily_rates d using (base_currency, quote_currency)
             where d.rate_date = (r.observed_at at time zone 'UTC')::date and ${rankOf('d')} >= ${rankOf('r')}) as days`,
    { ids: arrayOf(rates, 'event_id'), ...(columns(newest) as object) } as never,
  );
  return Number(rows[0].events) === rates.length && Number(rows[0].days) === newest.length;
}

const COLUMNS = {
  event_id: 'uuid',
  run_id: 'text',
  source: 'text',
  base_currency: 'text',
  quote_currency: 'text',
  mid: 'numeric',
  observed_at: 'timestamptz',
  fetched_at: 'timestamptz',
} as const;
type Column = keyof typeof COLUMNS;
const NAMES = Object.keys(COLUMNS) as Column[];

const ROWS = `unnest(${NAMES.map((name) => `:${name}::${COLUMNS[name]}[]`).join(', ')}) as r (${NAMES.join(', ')})`;

/** Of two rates of a day the higher one stands: a real one before a simulated one, then the newest. newestPerDay has the same order. */
const rankOf = (row: string) => `(${row}.source = 'xe', ${row}.observed_at, ${row}.fetched_at, ${row}.event_id)`;

function columns(rates: readonly RateObserved[]): never {
  return Object.fromEntries(NAMES.map((name) => [name, arrayOf(rates, name)])) as never;
}

/** A column as the text of an array, where the driver would look into each value for what must be escaped: only in a run's id can it be. */
function arrayOf(rates: readonly RateObserved[], column: Column): string {
  const value = column === 'run_id' ? ({ run_id }: RateObserved) => quoted(run_id) : (rate: RateObserved) => rate[column];
  return `{${rates.map(value).join()}}`;
}

function quoted(text: string): string {
  return /^[\w-]+$/.test(text) && text.toLowerCase() !== 'null' ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}
