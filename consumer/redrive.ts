import { UndecodableRecord } from '../events/rate-observed.ts';
import type { Database } from '../platform/database.ts';
import type { Notifications } from '../platform/notifications.ts';
import { execute, queryOne } from '../platform/sql.ts';
import { startWakeLoop } from '../platform/wake-loop.ts';
import type { StreamRecord } from '../stream/port.ts';
import { type BatchDeps, batchHandler } from './handle-batch.ts';

const POLL_MS = 10_000;

export interface RedriveDeps extends Omit<BatchDeps, 'deadLetters'> {
  db: Database;
  notifications: Notifications;
  onGiveUp: (reason: Error) => void;
}

interface RequestedLetter {
  id: string;
  topic: string;
  partition: number;
  record_offset: string;
  record_timestamp: string | null;
  key: Buffer | null;
  value: Buffer | null;
}

/**
 * Redrives dead letters on request: their stored bytes go through the same handler as every record
 * and are not published again, so twice adds nothing. One that works becomes `redriven`; one that
 * does not stays open with the new reason.
 */
export function startRedrives(deps: RedriveDeps): { stop(): Promise<void> } {
  const { notifications, onGiveUp, log } = deps;
  const loop = startWakeLoop({
    name: 'redrive',
    meanwhile: 'dead letters stay open',
    work: async (signal) => {
      while (!signal.aborted && (await redriveNext(deps)));
      return null;
    },
    pollMs: POLL_MS,
    onGiveUp,
    log,
  });
  const unsubscribe = notifications.subscribe('dead_letters', {
    onNotify: loop.wake,
    onConnect: loop.wake,
  });
  return {
    stop: async () => {
      unsubscribe();
      await loop.stop();
    },
  };
}

/** False when nothing is requested. Rejects during an outage; the request stays. */
async function redriveNext({ db, log, decode, store }: RedriveDeps): Promise<boolean> {
  const letter = await queryOne<RequestedLetter>(db, NEXT_REQUESTED);
  if (!letter) return false;
  const { id, topic, partition, record_offset: offset, record_timestamp, key, value } = letter;
  const timestampMs = record_timestamp === null ? '-1' : String(Date.parse(record_timestamp));
  const record = { topic, partition, offset, timestampMs, key, value, headers: {} };
  const fault = await redrive({ decode, store, log }, record);
  await execute(db, RECORD_RESULT, {
    id,
    code: fault?.code ?? null,
    error: fault ? `${fault.reason}: ${fault.message}` : null,
  });
  if (fault) log.warn({ err: fault, letter: id }, 'redrive failed, the dead letter stays open');
  else log.info({ letter: id }, 'dead letter redriven');
  return true;
}

const NEXT_REQUESTED = `
select id, topic, partition, record_offset, record_timestamp, key, value
from dead_letters
where redrive_asked_at is not null and state = 'open'
order by id
limit 1`;

const RECORD_RESULT = `
update dead_letters
set redrive_asked_at = null, redrive_error = :error, redrive_error_code = :code,
    state = case when :code::text is null then 'redriven' else 'open' end,
    redriven_at = case when :code::text is null then now() end
where id = :id`;

/** Null when the record has become a row, else why it still cannot. */
async function redrive(
  handling: Omit<BatchDeps, 'deadLetters'>,
  record: StreamRecord,
): Promise<UndecodableRecord | null> {
  if (record.value === null) return new UndecodableRecord('empty', 'the record has no value');
  let found: UndecodableRecord | null = null;
  const deadLetters = {
    keep: (_record: StreamRecord, fault: UndecodableRecord) => {
      found = fault;
      return Promise.resolve(false);
    },
  };
  await batchHandler({ ...handling, deadLetters })([record]);
  return found;
}
