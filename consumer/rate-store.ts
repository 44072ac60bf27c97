import type { RateObserved } from '../events/rate-observed.ts';
import type { Database } from '../platform/database.ts';
import { failpoint } from '../platform/failpoint.ts';
import { classify } from '../platform/faults.ts';
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
 * This is the fast path: what is here is felt once for each of a million events. A batch is one statement, which a pull of seven pays with
 * two round trips less. Columns go as the texts of arrays: the driver's own took 3 µs a rate. What the rates of a pull share is sent
 * once: a fifth less for Postgres to read. When a batch has changed nothing, the next is first asked about, which costs Postgres a quarter
 * of an insert of which nothing stays: most of a replay changes nothing.
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
          if (tried === TRIES || classify(error) !== 'outage') throw error;
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 50 * 2 ** tried));
        }
      }
    },
  };
}

async function write(
  db: Database,
  rates: readonly RateObserved[],
  newest: readonly RateObserved[],
): Promise<Saved> {
  const saved = await db.transaction(async (trx) => {
    // Whoever waits for these rows, the producer to confirm its run first of all, is told, and need not poll.
    const { rows } = await trx.raw(
      `with observations as (
         insert into rate_observations (event_id, run_id, source, base_currency, quote_currency, mid, observed_at, fetched_at)
         select event_id, run_id, source, base_currency, quote_currency, mid, observed_at, fetched_at from ${rowsOf('rates')} r
         on conflict on constraint rate_observations_pkey do nothing
         returning 1
       ), days as (
         insert into daily_rates (event_id, source, base_currency, quote_currency, mid, observed_at, fetched_at, rate_date)
         select event_id, source, base_currency, quote_currency, mid, observed_at, fetched_at, (observed_at at time zone 'UTC')::date
         from ${rowsOf('newest')} r
         on conflict on constraint daily_rates_pkey do update
         set event_id = excluded.event_id, source = excluded.source, mid = excluded.mid,
             observed_at = excluded.observed_at, fetched_at = excluded.fetched_at
         where ${rankOf('excluded')} > ${rankOf('daily_rates')}
         returning 1
       )
       select (select count(*) from observations) as inserted, (select count(*) from days) as updated_days, announce('rates')`,
      { ...bound('rates', rates), ...bound('newest', newest) },
    );
    failpoint('before-transaction-commit');
    return { inserted: Number(rows[0].inserted), updatedDays: Number(rows[0].updated_days) };
  });
  failpoint('after-transaction-commit');
  return saved;
}

/**
 * Whether writing these would change nothing. An id that stands twice among them counts once, so then it says no. Ids are looked for among
 * the observations of the same instants, which lie side by side: each by its key is a page anywhere, and took three times as long. What
 * is looked up stands in subqueries of their own: joined, tables that were never analyzed have been seen to be read whole for every batch.
 */
async function areThere(
  db: Database,
  rates: readonly RateObserved[],
  newest: readonly RateObserved[],
): Promise<boolean> {
  const { rows } = await db.raw(
    `select (select count(*) from unnest(:instants::timestamptz[]) instant cross join lateral (
               select event_id from rate_observations where observed_at = instant offset 0
             ) there where event_id = any(:ids::uuid[])) as events,
            (select count(*) from ${rowsOf('newest')} r cross join lateral (
               select from daily_rates d
               where d.base_currency = r.base_currency and d.quote_currency = r.quote_currency
                 and d.rate_date = (r.observed_at at time zone 'UTC')::date and ${rankOf('d')} >= ${rankOf('r')} limit 1
             ) there) as days`,
    {
      instants: arrayOf([...new Set(rates.map(({ observed_at }) => observed_at))]),
      ids: arrayOf(rates.map(({ event_id }) => event_id)),
      ...bound('newest', newest),
    },
  );
  return Number(rows[0].events) === rates.length && Number(rows[0].days) === newest.length;
}

/** Of two rates of a day the higher one stands: a real one before a simulated one, then the newest. newestPerDay has the same order. */
const rankOf = (row: string) =>
  `(${row}.source = 'xe', ${row}.observed_at, ${row}.fetched_at, ${row}.event_id)`;

const OF_RATE = {
  event_id: 'uuid',
  base_currency: 'text',
  quote_currency: 'text',
  mid: 'numeric',
  pull: 'int',
};
const OF_PULL = {
  run_id: 'text',
  source: 'text',
  observed_at: 'timestamptz',
  fetched_at: 'timestamptz',
};

/** Rates that were bound under this name, as rows: each with what it shares with the others of its pull. */
function rowsOf(name: string): string {
  const table = (of: Record<string, string>) =>
    Object.entries(of).map(([column, type]) => `:${name}_${column}::${type}[]`);
  return `(select * from unnest(${table(OF_RATE)}) rate (${Object.keys(OF_RATE)})
           join unnest(${table(OF_PULL)}) with ordinality pull (${Object.keys(OF_PULL)}, pull) using (pull))`;
}

/** The values for `rowsOf`: each column as the text of an array, since the driver would look into each value for what must be escaped. */
function bound(name: string, rates: readonly RateObserved[]): Record<string, string> {
  const pulls: RateObserved[] = [];
  const pullOf: number[] = [];
  let last: RateObserved | undefined;
  for (const rate of rates) {
    if (!last || !isOfOnePull(rate, last)) pulls.push(rate);
    pullOf.push(pulls.length);
    last = rate;
  }
  return {
    [`${name}_event_id`]: arrayOf(rates.map(({ event_id }) => event_id)),
    [`${name}_base_currency`]: arrayOf(rates.map(({ base_currency }) => base_currency)),
    [`${name}_quote_currency`]: arrayOf(rates.map(({ quote_currency }) => quote_currency)),
    [`${name}_mid`]: arrayOf(rates.map(({ mid }) => mid)),
    [`${name}_pull`]: arrayOf(pullOf),
    // Of what passed the check of an event only this may hold what means something in an array's text.
    [`${name}_run_id`]: arrayOf(pulls.map(({ run_id }) => `"${run_id.replace(/["\\]/g, '\\$&')}"`)),
    [`${name}_source`]: arrayOf(pulls.map(({ source }) => source)),
    [`${name}_observed_at`]: arrayOf(pulls.map(({ observed_at }) => observed_at)),
    [`${name}_fetched_at`]: arrayOf(pulls.map(({ fetched_at }) => fetched_at)),
  };
}

function isOfOnePull(a: RateObserved, b: RateObserved): boolean {
  return (
    a.run_id === b.run_id &&
    a.observed_at === b.observed_at &&
    a.fetched_at === b.fetched_at &&
    a.source === b.source
  );
}

const arrayOf = (values: readonly (string | number)[]) => `{${values.join()}}`;
