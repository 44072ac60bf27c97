import type { Database } from '../platform/database.ts';
import type { Run, Source } from './run.ts';

/** After so many publishes without effect something is wrong that publishing does not mend. */
const PUBLISHES = 6;
/** While the consumer is behind it is looked again after this. */
const LOOK_AGAIN_SECONDS = 60;
/** A request that no producer has taken for so long is nobody's wish any more. */
const REQUEST_MINUTES = 10;

export type PublishedRun = Pick<Run, 'run_id' | 'published_to'>;

/**
 * Ends every published run whose events have all been read back from the table, and every one that has an event among the open dead
 * letters. Such an event becomes no row until somebody redrives it, and the run is confirmed then.
 */
export async function confirmPublished(db: Database, source: Source): Promise<void> {
  await db.raw(
    `update runs r set state = 'confirmed', ended_at = ledger_now(), error = null, recheck_at = null, failure_code = null, dead_letter_id = null,
            outcome = case when missing = '{}' then 'ok' else 'partial' end
     where source = ? and (state = 'published' or state = 'failed' and failure_code = 'dead_letter') and not exists (
       select from unnest(r.event_ids) as e (id) where not exists (select from rate_observations o where o.event_id = e.id))`,
    [source],
  );
  await db.raw(
    `update runs r set state = 'failed', ended_at = ledger_now(), error = 'dead letter ' || letter.id, failure_code = 'dead_letter', dead_letter_id = letter.id, recheck_at = null
     from runs of cross join lateral (
       select min(d.id) as id from dead_letters d where d.state = 'open' and d.headers ->> 'ce_id' = any(of.event_ids::text[])
     ) letter
     where of.source = ? and of.state = 'published' and of.run_id = r.run_id and letter.id is not null`,
    [source],
  );
}

/** Published runs whose rows should have come by now. */
export async function unconfirmed(db: Database, source: Source): Promise<PublishedRun[]> {
  const { rows } = await db.raw(
    `select run_id, published_to from runs where source = ? and state = 'published' and recheck_at < ledger_now() order by asked_at`,
    [source],
  );
  return rows;
}

/** The rows are still to come, for the reason given. */
export async function waitForConsumer(db: Database, runId: string, reason: string): Promise<void> {
  await db.raw(
    `update runs set error = ?, recheck_at = ledger_now() + ?::int * interval '1 second' where run_id = ? and state = 'published'`,
    [reason, LOOK_AGAIN_SECONDS, runId],
  );
}

/** The events are gone from the stream, or were read without becoming rows: the kept answer is published again, or given up. */
export async function publishAgain(db: Database, runId: string): Promise<void> {
  await db.raw(
    `update runs set recheck_at = null,
            state = case when publishes < :publishes then 'fetched' else 'failed' end,
            error = case when publishes < :publishes then 'published and lost; it is published again'
                    else format('published %s times and never stored: look at npm run dlt -- ls', publishes) end,
            ended_at = case when publishes < :publishes then ended_at else ledger_now() end,
            lease_until = ledger_now() - interval '1 second'
     where run_id = :runId and state = 'published'`,
    { runId, publishes: PUBLISHES },
  );
}

/** Ends requests that no producer has taken, so that the next one is a pull of its own. */
export async function expireRequests(db: Database, source: Source): Promise<void> {
  await db.raw(
    `update runs set state = 'skipped', ended_at = ledger_now(), error = format('expired: no producer has taken it within %s minutes', :minutes::int)
     where source = :source and trigger = 'manual' and state in ('due', 'retrying') and asked_at < ledger_now() - :minutes::int * interval '1 minute'`,
    { source, minutes: REQUEST_MINUTES } as never,
  );
}
