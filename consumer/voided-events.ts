import type { RateObserved } from '../events/rate-observed.ts';
import type { Database } from '../platform/database.ts';
import { InvalidRequest } from '../platform/errors.ts';
import { execute, query, queryOne, sqlFolder } from '../platform/sql.ts';
import { openRateStore } from './rate-store.ts';

const sql = sqlFolder(import.meta.url);

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
    // Consumers wait: one that stored the event meanwhile would not see that it is voided.
    await execute(trx, LOCK);
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
    await execute(trx, LOCK);
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

function whyNotStored(db: Database, eventId: string): Promise<string> {
  return queryOne(
    db,
    'select id from voided_events where event_id = :eventId and restored_at is null',
    {
      eventId,
    },
  ).then((voided) =>
    voided
      ? `the event ${eventId} is voided already`
      : `no stored event has the id ${eventId}: find it with npm run events -- ls --day YYYY-MM-DD`,
  );
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

const LOCK = 'lock table rate_observations, daily_rates, second_rates in share row exclusive mode';

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
