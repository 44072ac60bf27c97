import { checkNotAhead, type RateObserved, UndecodableRecord } from '../events/rate-observed.ts';
import type { RateDecoder } from '../events/wire-format.ts';
import type { Database } from '../platform/database.ts';
import { failpoint } from '../platform/failpoint.ts';
import { classify } from '../platform/faults.ts';
import type { Logger } from '../platform/logger.ts';
import { metrics } from '../platform/metrics.ts';
import type { Notifications } from '../platform/notifications.ts';
import { execute, queryOne } from '../platform/sql.ts';
import { startWakeLoop } from '../platform/wake-loop.ts';
import type { StreamRecord } from '../stream/port.ts';
import { type DeadLetters, isKnownTime } from './dead-letters.ts';
import type { RateStore, Saved } from './rate-store.ts';

export interface BatchDeps {
  decode: RateDecoder;
  store: RateStore;
  deadLetters: DeadLetters;
  log: Logger;
}

/** What a batch came to: events that were new or known, days with another rate, and the rest. */
export interface Handled extends Saved {
  readonly unchanged: number;
  readonly dead: number;
  readonly tombstones: number;
}

interface Decoded {
  record: StreamRecord;
  rate: RateObserved;
}

/**
 * Turns records into rows: decodes, keeps what can never work as dead letters, saves the rest in
 * one transaction. Resolves when everything is kept; rejects during an outage of Postgres, the
 * registry or the stream, so that the same records are delivered again.
 */
export function batchHandler({ decode, store, deadLetters, log }: BatchDeps) {
  const bury = openBurial({ deadLetters, log });
  const save = openSave(store, bury);

  async function decodeAll(records: readonly StreamRecord[]): Promise<Decoded[]> {
    const decoded: Decoded[] = [];
    for (const record of records) {
      // A tombstone requests a deletion; rates are never deleted, and it is no fault.
      if (record.value === null) continue;
      try {
        // Without a promise for each of a million events.
        const rate = decode.decodeNow(record.value) ?? (await decode(record.value));
        if (isKnownTime(record)) checkNotAhead(rate, Number(record.timestampMs));
        decoded.push({ record, rate });
      } catch (err) {
        const isFault = err instanceof UndecodableRecord;
        await bury(record, isFault ? err : faultOf(err, 'internal_error', 'bug'));
      }
    }
    return decoded;
  }

  return async (records: readonly StreamRecord[]): Promise<Handled> => {
    failpoint('before-decode');
    const tombstones = records.filter(({ value }) => value === null).length;
    const decoded = await decodeAll(records);
    failpoint('after-decode');
    const undecodable = records.length - tombstones - decoded.length;
    const { inserted, updated_days, dead } = await save(decoded);
    const unchanged = decoded.length - dead - inserted;
    const handled = { inserted, updated_days, unchanged, dead: undecodable + dead, tombstones };
    for (const result of ['inserted', 'unchanged', 'dead'] as const)
      metrics.consumed.inc({ result }, handled[result]);
    return handled;
  };
}

type Bury = (record: StreamRecord, fault: UndecodableRecord) => Promise<void>;

/** Returns the function that keeps a record as a dead letter and logs it once. */
function openBurial({ deadLetters, log }: Pick<BatchDeps, 'deadLetters' | 'log'>): Bury {
  return async (record, fault) => {
    if (!(await deadLetters.keep(record, fault))) return;
    const { topic, partition, offset } = record;
    log.error({ err: fault, topic, partition, offset, code: fault.code }, 'dead letter');
  };
}

/** Returns the function that saves a batch in one transaction, or its records one by one. */
function openSave(store: RateStore, bury: Bury) {
  return async function save(decoded: readonly Decoded[]): Promise<Saved & { dead: number }> {
    try {
      return { ...(await store.save(decoded.map(({ rate }) => rate))), dead: 0 };
    } catch (err) {
      if (classify(err) !== 'unstorable') throw err;
      return saveOneByOne(decoded);
    }
  };

  /** Finds the records that Postgres refuses, so that they do not hold up the others. */
  async function saveOneByOne(decoded: readonly Decoded[]): Promise<Saved & { dead: number }> {
    const sum = { inserted: 0, updated_days: 0, dead: 0 };
    for (const { record, rate } of decoded) {
      try {
        const { inserted, updated_days } = await store.save([rate]);
        sum.inserted += inserted;
        sum.updated_days += updated_days;
      } catch (err) {
        await bury(record, faultOf(err, 'refused_by_postgres', 'unstorable'));
        sum.dead++;
      }
    }
    return sum;
  }
}

/** The error as a fault of its record, if it is of that class; an outage is rethrown. */
function faultOf(
  err: unknown,
  code: 'internal_error' | 'refused_by_postgres',
  expected: ReturnType<typeof classify>,
): UndecodableRecord {
  if (classify(err) !== expected) throw err;
  return new UndecodableRecord(code, (err as Error).message, { cause: err });
}

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
