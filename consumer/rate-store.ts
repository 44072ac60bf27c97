import type { RateObserved } from '../events/rate-observed.ts';
import { backOff } from '../platform/back-off.ts';
import type { Database } from '../platform/database.ts';
import { failpoint } from '../platform/failpoint.ts';
import { classify } from '../platform/faults.ts';
import type { Logger } from '../platform/logger.ts';
import { query, queryPrepared, queryRow, sqlFolder } from '../platform/sql.ts';

const sql = sqlFolder(import.meta.url);
/** Attempts of a transaction before the slower back-off of the stream takes over. */
const TRIES = 5;

/** What a write came to: events that were new, and currency-days that got another rate. */
export interface Saved {
  readonly inserted: number;
  readonly updated_days: number;
}

export interface RateStore {
  /** Stores all of `rates` in one idempotent transaction; voided events are left out. */
  save(rates: readonly RateObserved[]): Promise<Saved>;
}

/** The rank of a source that is not in the table `sources`, as in the function source_rank(). */
const LOWEST = 900;

const NOTHING: Saved = { inserted: 0, updated_days: 0 };

/**
 * Stores every event once in rate_observations and the highest-ranked of each day in daily_rates,
 * in whatever order and however often they come. A write that changes nothing writes nothing. A
 * source that is not in the table of sources is added there with the lowest rank, and logged.
 */
export function openRateStore(db: Database, log?: Logger): RateStore {
  // Most batches of a replay change nothing. After one of these, the next is first looked up, which
  // costs a quarter of an insert in vain.
  let checksFirst = false;

  async function saveOnce(rates: readonly RateObserved[]): Promise<Saved> {
    const newest = highestRankedPerDay(rates, await ranksOf(db, rates));
    const params = rateArrays(rates, newest);
    if (checksFirst && (await isKnown(db, params, rates.length, newest.length))) return NOTHING;
    const { voided, unknown, inserted, updated_days } = await write(db, params);
    if (unknown)
      log?.warn({ sources: unknown }, 'unknown source, stored with the lowest rank of real ones');
    checksFirst = inserted === 0 && updated_days === 0;
    if (!voided) return { inserted, updated_days };
    const others = rates.filter(({ event_id }) => !voided.includes(event_id));
    return others.length === 0 ? NOTHING : saveOnce(others);
  }

  return {
    save: async (rates) => {
      if (rates.length === 0) return NOTHING;
      const retry = backOff({ first: 50, longest: 800 });
      for (let attempt = 1; ; attempt++) {
        try {
          return await saveOnce(rates);
        } catch (err) {
          if (attempt === TRIES || classify(err) !== 'outage') throw err;
          await retry.wait();
        }
      }
    },
  };
}

interface Written extends Saved {
  /** Events of the batch that are voided; nothing was written then. */
  readonly voided: readonly string[] | null;
  /** Sources of the batch that were not in the table of sources. */
  readonly unknown: readonly string[] | null;
}

/**
 * One statement is a transaction of its own. In one of the caller's it gets a savepoint: a record
 * that is refused must not end that transaction.
 */
async function write(db: Database, params: Record<string, string>): Promise<Written> {
  failpoint('before-save');
  const save = (on: Database) => queryPrepared<Written>(on, sql('save_rates'), params);
  const [written] = db.isTransaction ? await db.transaction(save) : await save(db);
  failpoint('after-save');
  return written as Written;
}

/** Whether writing these would change nothing; false also if an event occurs twice among them. */
async function isKnown(
  db: Database,
  params: Record<string, string>,
  events: number,
  days: number,
): Promise<boolean> {
  const known = await queryRow<{ events: number; days: number }>(db, sql('count_known'), params);
  return known.events === events && known.days === days;
}

/**
 * Positions of the highest-ranked rate of each pair and UTC day. Postgres refuses to touch a row
 * twice in one upsert; the order is the one of save_rates.sql.
 */
function highestRankedPerDay(rates: readonly RateObserved[], ranks: Ranks): number[] {
  const winners = new Map<string, number>();
  for (const [position, rate] of rates.entries()) {
    const day = rate.base_currency + rate.quote_currency + rate.observed_at.slice(0, 10);
    const best = rates[winners.get(day) ?? -1];
    if (!best || ranksAbove(rate, best, ranks)) winners.set(day, position);
  }
  return [...winners.values()];
}

type Ranks = ReadonlyMap<string, number>;

/** The ranks of the sources. Empty for a batch of one source: all its rates rank the same. */
async function ranksOf(db: Database, rates: readonly RateObserved[]): Promise<Ranks> {
  if (rates.every(({ source }) => source === rates[0]?.source)) return new Map();
  const rows = await query<{ name: string; rank: number }>(db, 'select name, rank from sources');
  return new Map(rows.map(({ name, rank }) => [name, rank]));
}

/** Instants are ISO 8601 of one length and event ids lower case: text sorts as they do. */
function ranksAbove(a: RateObserved, b: RateObserved, ranks: Ranks): boolean {
  const [rankA, rankB] = [a, b].map(({ source }) => ranks.get(source) ?? LOWEST) as [
    number,
    number,
  ];
  if (rankA !== rankB) return rankA < rankB;
  if (a.observed_at !== b.observed_at) return a.observed_at > b.observed_at;
  return a.fetched_at !== b.fetched_at ? a.fetched_at > b.fetched_at : a.event_id > b.event_id;
}

/**
 * The parameters of `save_rates.sql` and `count_known.sql`: one array for each column, as the text
 * of a Postgres array. The driver's own conversion took 3 µs a rate. What the rates of a run share
 * is sent once: a fifth less for Postgres to parse.
 *
 * @param newest positions in `rates`, from 0, of the rates that may win their day
 */
function rateArrays(
  rates: readonly RateObserved[],
  newest: readonly number[],
): Record<string, string> {
  const runs: RateObserved[] = [];
  const runOf: number[] = [];
  let last: RateObserved | undefined;
  for (const rate of rates) {
    if (!last || !isOfSameRun(rate, last)) runs.push(rate);
    runOf.push(runs.length);
    last = rate;
  }
  return {
    event_ids: arrayOf(rates.map(({ event_id }) => event_id)),
    bases: arrayOf(rates.map(({ base_currency }) => base_currency)),
    quotes: arrayOf(rates.map(({ quote_currency }) => quote_currency)),
    mids: arrayOf(rates.map(({ mid }) => mid)),
    runs: arrayOf(runOf),
    // All else that passed `checkRate` is plain in an array; a source may be called null.
    run_ids: arrayOf(runs.map(({ run_id }) => quoted(run_id))),
    sources: arrayOf(runs.map(({ source }) => quoted(source))),
    observed: arrayOf(runs.map(({ observed_at }) => observed_at)),
    fetched: arrayOf(runs.map(({ fetched_at }) => fetched_at)),
    newest: arrayOf(newest.map((position) => position + 1)),
  };
}

function isOfSameRun(a: RateObserved, b: RateObserved): boolean {
  return (
    a.run_id === b.run_id &&
    a.observed_at === b.observed_at &&
    a.fetched_at === b.fetched_at &&
    a.source === b.source
  );
}

const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
const arrayOf = (values: readonly (string | number)[]) => `{${values.join()}}`;
