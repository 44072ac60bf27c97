import { UndecodableRecord } from '../events/rate-observed.ts';
import type { Database } from '../platform/database.ts';
import type { Notifications } from '../platform/notifications.ts';
import type { StreamRecord } from '../stream/port.ts';
import { type BatchDeps, batchHandler } from './handle-batch.ts';

const POLL_MS = 10_000;

export interface RedriveDeps extends Omit<BatchDeps, 'deadLetters'> {
  db: Database;
  notifications: Notifications;
}

/**
 * Takes the letters that somebody asked to be tried again: their stored bytes go through the same handler as every record and are not
 * published again, so trying twice adds nothing. A letter that works is `redriven`; one that does not stays open, with the reason.
 */
export function startRedrives({ db, notifications, log, ...handling }: RedriveDeps): {
  stop(): Promise<void>;
} {
  let working: Promise<void> = Promise.resolve();
  let pending = 0;
  const wake = () => {
    // One look that is still to come sees everything that was asked until then.
    if (pending > 1) return;
    pending++;
    working = working
      .then(() => redriveAsked({ db, log, ...handling }))
      .catch((error: Error) => log.error({ error: error.message }, 'redrive: not possible now'))
      .finally(() => {
        pending--;
      });
  };
  const unsubscribe = notifications.subscribe('dead_letters', { onNotify: wake, onConnect: wake });
  const timer = setInterval(wake, POLL_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      unsubscribe();
      await working;
    },
  };
}

async function redriveAsked({
  db,
  log,
  decode,
  store,
}: Omit<RedriveDeps, 'notifications'>): Promise<void> {
  for (;;) {
    const { rows } = await db.raw(
      `select id, topic, partition, record_offset as "offset", record_timestamp as timestamp, key, value from dead_letters
       where redrive_asked_at is not null and state = 'open' order by id limit 1`,
    );
    const letter = rows[0] as (StreamRecord & { id: string }) | undefined;
    if (!letter) return;
    const error = await redrive({ decode, store, log }, { ...letter, headers: {} });
    await db.raw(
      `update dead_letters set redrive_asked_at = null, redrive_error = :error, state = case when :error::text is null then 'redriven' else 'open' end,
              redriven_at = case when :error::text is null then now() end
       where id = :id`,
      { id: letter.id, error },
    );
    log.info(
      { letter: letter.id, error },
      error ? 'a dead letter was tried again and still cannot work' : 'a dead letter was redriven',
    );
  }
}

/** Null when the record has become a row, else why it still cannot. Rejects while Postgres or the registry is away. */
async function redrive(
  handling: Omit<BatchDeps, 'deadLetters'>,
  record: StreamRecord,
): Promise<string | null> {
  let fault: UndecodableRecord | undefined;
  const note = (_record: StreamRecord, why: UndecodableRecord) => {
    fault = why;
    return Promise.resolve(false);
  };
  await batchHandler({ ...handling, deadLetters: { setAside: note } })([record]);
  if (record.value === null) fault = new UndecodableRecord('empty', 'the record has no value');
  return fault ? `${fault.reason}: ${fault.message}` : null;
}
