import { rateDecoder, type SchemaOf } from '../events/wire-format.ts';
import type { Database } from '../platform/database.ts';
import { InvalidRequest } from '../platform/errors.ts';
import { failpoint } from '../platform/failpoint.ts';
import type { Logger } from '../platform/logger.ts';
import { execute, queryRow, sqlFolder } from '../platform/sql.ts';
import type { EventStream } from '../stream/port.ts';
import { openDeadLetters } from './dead-letters.ts';
import { batchHandler, type Handled } from './handle-batch.ts';
import { openRateStore } from './rate-store.ts';

const sql = sqlFolder(import.meta.url);

export interface ReplayDeps {
  db: Database;
  stream: EventStream;
  topic: string;
  schemaOf: SchemaOf;
  log: Logger;
  /** Called after each batch with the records read so far and those to read in all. */
  onProgress?: (read: number, total: number) => void;
}

/** Records appended at or after `from` and before `to` (ISO 8601); without them, all. */
export interface ReplayRange {
  from?: string;
  to?: string;
}

/**
 * Events that were new or known, records that can never become a rate, and currency-days that got
 * another rate; after a rebuild, all currency-days.
 */
export interface ReplayReport extends Omit<Handled, 'tombstones'> {
  readonly read: number;
}

/**
 * Reprocesses a part of the stream into Postgres, beside the live group and through the same path.
 * The rows decide: it may be killed, repeated, and run while newer rates arrive. Voided events stay
 * out.
 */
export async function replay(
  { db, stream, topic, schemaOf, log, onProgress }: ReplayDeps,
  range: ReplayRange,
): Promise<ReplayReport> {
  const handle = batchHandler({
    decode: rateDecoder(schemaOf),
    store: openRateStore(db, log),
    // Rows only: the records are on the dead-letter topic already.
    deadLetters: openDeadLetters({ db, publish: null, log }),
    log,
  });
  const report = { read: 0, inserted: 0, updated_days: 0, unchanged: 0, dead: 0 };
  let total = 0;
  const onSize = (records: number) => {
    total = records;
  };
  for await (const records of stream.read({ topic, ...range, onSize })) {
    const handled = await handle(records);
    report.read += records.length;
    for (const result of ['inserted', 'updated_days', 'unchanged', 'dead'] as const)
      report[result] += handled[result];
    onProgress?.(report.read, total);
    failpoint('mid-replay');
  }
  return report;
}

/** Reports what `replay` would do, on copies of the tables: nothing is locked and nothing stays. */
export async function dryReplay(deps: ReplayDeps, range: ReplayRange): Promise<ReplayReport> {
  const trx = await deps.db.transaction();
  try {
    await execute(trx, sql('shadow_tables'));
    return await replay({ ...deps, db: trx }, range);
  } finally {
    await trx.rollback();
  }
}

/**
 * Recreates the tables of rates from the whole stream in one transaction: readers keep the old
 * rows until it commits, writers wait. Throws `InvalidRequest` and changes nothing when an event
 * would be lost
 * or a day's rate would rank lower, unless `force`.
 */
export async function rebuild(
  deps: ReplayDeps,
  { force }: { force: boolean },
): Promise<ReplayReport> {
  return deps.db.transaction(async (trx) => {
    for (const statement of PREPARE_REBUILD) await execute(trx, statement);
    const report = await replay({ ...deps, db: trx }, {});
    const losses = await queryRow<Losses>(trx, sql('rebuild_losses'));
    const { events, days, days_before, days_after } = losses;
    if (!force && (events > 0 || days > 0))
      throw new InvalidRequest(
        `the stream holds ${days_after} currency-days and the tables ${days_before}: ` +
          `${events} events would be lost and ${days} days would lose their rate or get a lower ` +
          'ranked one; nothing was changed, --force rebuilds all the same',
      );
    return { ...report, updated_days: days_after };
  });
}

interface Losses {
  events: number;
  days: number;
  days_before: number;
  days_after: number;
}

/** Consumers wait for the lock, so a rebuild that hangs must let go of it. */
const PREPARE_REBUILD = [
  "set local lock_timeout = '60s'",
  "set local statement_timeout = '10min'",
  "set local idle_in_transaction_session_timeout = '2min'",
  'lock table rate_observations, daily_rates, second_rates in share row exclusive mode',
  `create temporary table observations_before on commit drop as
     select observed_at, base_currency, quote_currency, event_id from rate_observations`,
  `create temporary table days_before on commit drop as
     select base_currency, quote_currency, rate_date, source, observed_at, fetched_at, event_id
     from daily_rates`,
  'delete from daily_rates',
  'delete from second_rates',
  'delete from rate_observations',
];
