import type { RateObserved } from '../events/rate-observed.ts';
import { rateDecoder, type SchemaOf } from '../events/wire-format.ts';
import type { Database } from '../platform/database.ts';
import { InvalidRequest } from '../platform/errors.ts';
import { failpoint } from '../platform/failpoint.ts';
import type { Logger } from '../platform/logger.ts';
import { execute, query, queryOne, queryRow, sqlFolder } from '../platform/sql.ts';
import type { EventStream } from '../stream/port.ts';
import { openDeadLetters } from './dead-letters.ts';
import { batchHandler, type Handled } from './handle-batch.ts';
import { openRateStore } from './rate-store.ts';

// What people do to the stored rates: replay and rebuild them from the stream, void a wrong event
// and restore it.

const sql = sqlFolder(import.meta.url);

/** Consumers wait: one that stores an event meanwhile would not see what is done to it. */
const LOCK_RATES =
  'lock table rate_observations, daily_rates, second_rates in share row exclusive mode';

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
 * would be lost or a day's rate would rank lower, unless `force`.
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
  LOCK_RATES,
  `create temporary table observations_before on commit drop as
     select observed_at, base_currency, quote_currency, event_id from rate_observations`,
  `create temporary table days_before on commit drop as
     select base_currency, quote_currency, rate_date, source, observed_at, fetched_at, event_id
     from daily_rates`,
  'delete from daily_rates',
  'delete from second_rates',
  'delete from rate_observations',
];

/** A voided event: its values, and who took it out of the rates, when and why. */
export interface VoidedEvent extends RateObserved {
  reason: string;
  voided_by: string;
  voided_at: string;
  restored_by: string | null;
  restored_at: string | null;
}

/** A stored event, or one that was voided. */
export type ListedEvent = RateObserved & { state: 'stored' | 'voided' };

/**
 * Takes an event out of the rates; its day gets the highest-ranked rate that is left. Replays and
 * rebuilds keep it out. Throws `InvalidRequest` when no such event is stored.
 *
 * @param by who did it, for the record
 */
export async function voidEvent(
  db: Database,
  { eventId, reason, by }: { eventId: string; reason: string; by: string },
): Promise<VoidedEvent> {
  return db.transaction(async (trx) => {
    await execute(trx, LOCK_RATES);
    const params = { event_id: eventId, reason, by };
    const event = await queryOne<RateObserved>(trx, sql('void_event'), params);
    if (!event) throw new InvalidRequest(await whyNotStored(trx, eventId), { status: 404 });
    await execute(trx, sql('refill_day'), {
      base: event.base_currency,
      quote: event.quote_currency,
      observed_at: event.observed_at,
    });
    return latestVoid(trx, eventId);
  });
}

/** Puts a voided event back. Throws `InvalidRequest` when it is not voided. */
export async function restoreEvent(
  db: Database,
  { eventId, by }: { eventId: string; by: string },
): Promise<VoidedEvent> {
  return db.transaction(async (trx) => {
    await execute(trx, LOCK_RATES);
    const event = await queryOne<RateObserved>(trx, RESTORE, { event_id: eventId, by });
    if (!event) throw new InvalidRequest(`no voided event has the id ${eventId}`, { status: 404 });
    await openRateStore(trx).save([event]);
    return latestVoid(trx, eventId);
  });
}

/** The events of a pair and day, stored and voided; only voided ones without a day. */
export function listEvents(
  db: Database,
  wanted: { day: string | null; quote: string | null; limit: number },
): Promise<ListedEvent[]> {
  return query<ListedEvent>(db, LIST, wanted);
}

async function whyNotStored(db: Database, eventId: string): Promise<string> {
  const find = 'select id from voided_events where event_id = :eventId and restored_at is null';
  if (await queryOne(db, find, { eventId })) return `the event ${eventId} is voided already`;
  return `no stored event has the id ${eventId}: find it with npm run events -- ls --day YYYY-MM-DD`;
}

async function latestVoid(db: Database, eventId: string): Promise<VoidedEvent> {
  const found = await queryOne<VoidedEvent>(
    db,
    `select ${COLUMNS}, reason, voided_by, voided_at, restored_by, restored_at
     from voided_events where event_id = :eventId order by id desc limit 1`,
    { eventId },
  );
  if (!found) throw new Error(`the void of ${eventId} was not recorded`);
  return found;
}

const COLUMNS = `event_id::text, run_id, source, base_currency, quote_currency, mid::text,
  observed_at, fetched_at`;

const RESTORE = `
update voided_events set restored_by = :by, restored_at = now()
where event_id = :event_id and restored_at is null
returning ${COLUMNS}`;

const LIST = `
select * from (
  select ${COLUMNS}, 'stored' as state from rate_observations where :day::date is not null
  union all
  select ${COLUMNS}, 'voided' from voided_events where restored_at is null
) e
where (:day::date is null or (observed_at >= (:day::date at time zone 'UTC')
                              and observed_at < (:day::date + 1) at time zone 'UTC'))
  and (:quote::text is null or quote_currency = :quote)
order by observed_at, quote_currency, event_id
limit :limit`;
