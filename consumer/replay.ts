import { rateDecoder, type SchemaOf } from '../events/wire-format.ts';
import type { Database } from '../platform/database.ts';
import { InvalidRequest } from '../platform/errors.ts';
import { failpoint } from '../platform/failpoint.ts';
import type { Logger } from '../platform/logger.ts';
import type { EventStream } from '../stream/port.ts';
import { openDeadLetters } from './dead-letters.ts';
import { batchHandler } from './handle-batch.ts';
import { openRateStore } from './rate-store.ts';

export interface ReplayDeps {
  db: Database;
  stream: EventStream;
  topic: string;
  schemaOf: SchemaOf;
  log: Logger;
  /** Called after each batch with the number of records read so far, and of those to read in all. */
  onProgress?: (read: number, total: number) => void;
}
/** The part of the stream to read again: records appended at or after `from` and before `to`, ISO 8601; all of it without them. */
export interface ReplayRange {
  from?: string;
  to?: string;
}
/**
 * Events that were new or there already, records that can never work, and how often a currency-day got another rate; after a rebuild, how
 * many there are.
 */
export interface ReplayReport {
  read: number;
  inserted: number;
  updated_days: number;
  unchanged: number;
  dead: number;
}

/**
 * Reads a part of the stream again into Postgres, beside the live group, through the path of every event. The rows decide, so it may
 * be killed, repeated, and run while newer rates arrive: what is there already stays as it is.
 */
export async function replay(
  { db, stream, topic, schemaOf, log, onProgress }: ReplayDeps,
  range: ReplayRange,
): Promise<ReplayReport> {
  // Letters are written down and not published: what is read again lies on the dead-letter topic already.
  const handle = batchHandler({
    decode: rateDecoder(schemaOf),
    store: openRateStore(db),
    deadLetters: openDeadLetters({ db, topic: null }),
    log,
  });
  const report = { read: 0, inserted: 0, updated_days: 0, unchanged: 0, dead: 0 };
  let total = 0;
  const onSize = (records: number) => {
    total = records;
  };
  for await (const records of stream.read({ topic, ...range, onSize })) {
    const { inserted, updatedDays, unchanged, dead } = await handle(records);
    report.read += records.length;
    report.inserted += inserted;
    report.updated_days += updatedDays;
    report.unchanged += unchanged;
    report.dead += dead;
    onProgress?.(report.read, total);
    failpoint('mid-replay');
  }
  return report;
}

/** What `replay` would do, found out on copies of the tables that only this session sees; nothing is locked and nothing stays. */
export async function dryReplay(deps: ReplayDeps, range: ReplayRange): Promise<ReplayReport> {
  const rollback = new Error('a dry run keeps nothing');
  let report: ReplayReport | undefined;
  try {
    await deps.db.transaction(async (trx) => {
      for (const table of ['rate_observations', 'daily_rates', 'dead_letters']) {
        // Postgres looks into the session's temporary tables first, so the same statements find the copies.
        await trx.raw(
          `create temporary table ${table} (like public.${table} including all) on commit drop`,
        );
        await trx.raw(
          `insert into pg_temp.${table} overriding system value select * from public.${table}`,
        );
      }
      report = await replay({ ...deps, db: trx }, range);
      throw rollback;
    });
  } catch (error) {
    if (error !== rollback) throw error;
  }
  return report as ReplayReport;
}

/**
 * Makes both tables anew from the whole stream, in one transaction: readers keep the old rows until it commits, writers wait. Throws
 * `InvalidRequest`, and keeps everything as it was, when a currency-day would be lost, unless `force` says that this is meant.
 */
export async function rebuild(
  deps: ReplayDeps,
  { force }: { force: boolean },
): Promise<ReplayReport> {
  return deps.db.transaction(async (trx) => {
    for (const [deadline, value] of Object.entries(REBUILD_DEADLINES))
      await trx.raw(`set local ${deadline} = '${value}'`);
    await trx.raw('lock table rate_observations, daily_rates in share row exclusive mode');
    await trx.raw(
      'create temporary table days_before on commit drop as select base_currency, quote_currency, rate_date from daily_rates',
    );
    await trx.raw('delete from daily_rates');
    await trx.raw('delete from rate_observations');
    const report = await replay({ ...deps, db: trx }, {});
    const { rows } = await trx.raw(
      `select count(*) as before, count(*) filter (where d.rate_date is null) as lost,
              (select count(*) from daily_rates) as after
       from days_before b left join daily_rates d using (base_currency, quote_currency, rate_date)`,
    );
    const { before, after, lost } = rows[0] as { before: string; after: string; lost: string };
    if (lost !== '0' && !force) {
      throw new InvalidRequest(
        `the stream holds ${after} currency-days and the table ${before}, of which ${lost} would be lost: nothing was changed; --force rebuilds all the same`,
      );
    }
    return { ...report, updated_days: Number(after) };
  });
}

/** Longer than a service's own, and not endless: consumers wait for the lock, so a rebuild that hangs must let go of it. */
const REBUILD_DEADLINES = {
  lock_timeout: '60s',
  statement_timeout: '10min',
  idle_in_transaction_session_timeout: '2min',
};
