import { rateDecoder, type SchemaOf } from '../events/wire-format.ts';
import type { Database } from '../platform/database.ts';
import { InvalidRequest } from '../platform/errors.ts';
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
  /** Called after each batch with the number of records read so far. */
  onProgress?: (read: number) => void;
}
/** The part of the stream to read again: records appended at or after `from` and before `to`, ISO 8601; all of it without them. */
export interface ReplayRange {
  from?: string;
  to?: string;
}
/** Events that were new or there already, currency-days that have another rate, and records that can never work. */
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
  for await (const records of stream.read({ topic, ...range })) {
    const { inserted, updatedDays, unchanged, dead } = await handle(records);
    report.read += records.length;
    report.inserted += inserted;
    report.updated_days += updatedDays;
    report.unchanged += unchanged;
    report.dead += dead;
    onProgress?.(report.read);
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
        await trx.raw(`create temporary table ${table} (like public.${table} including all) on commit drop`);
        await trx.raw(`insert into pg_temp.${table} overriding system value select * from public.${table}`);
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
 * `InvalidRequest`, and keeps everything as it was, when currency-days would become fewer, unless `force` says that this is meant.
 */
export async function rebuild(deps: ReplayDeps, { force }: { force: boolean }): Promise<ReplayReport> {
  return deps.db.transaction(async (trx) => {
    await trx.raw('lock table rate_observations, daily_rates in share row exclusive mode');
    const days = async () => Number((await trx.raw('select count(*) from daily_rates')).rows[0].count);
    const before = await days();
    await trx.raw('delete from daily_rates');
    await trx.raw('delete from rate_observations');
    const report = await replay({ ...deps, db: trx }, {});
    const after = await days();
    if (after < before && !force) {
      throw new InvalidRequest(
        `the stream holds ${after} currency-days and the table ${before}: nothing was changed; --force rebuilds all the same`,
      );
    }
    return report;
  });
}
