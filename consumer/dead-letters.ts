import type { UndecodableRecord } from '../events/rate-observed.ts';
import type { Database } from '../platform/database.ts';
import { failpoint } from '../platform/failpoint.ts';
import { classify } from '../platform/faults.ts';
import type { Logger } from '../platform/logger.ts';
import { execute, queryOne, sqlFolder } from '../platform/sql.ts';
import type { HeaderValue, OutgoingRecord, StreamRecord } from '../stream/port.ts';

const sql = sqlFolder(import.meta.url);
const MAX_DETAIL = 2000;

export interface DeadLetters {
  /** Keeps the record with the reason. Resolves once it is kept; false when it already was. */
  keep(record: StreamRecord, fault: UndecodableRecord): Promise<boolean>;
}

/** Publishes dead letters to their topic. */
export type PublishDeadLetters = (records: readonly OutgoingRecord[]) => Promise<unknown>;

export interface DeadLetterDeps {
  db: Database;
  /** Null on the embedded stream, where a row is enough, and for a replay. */
  publish: PublishDeadLetters | null;
  log: Logger;
}

/** Keeps records that can never become a rate: on their topic first, and always as a row. */
export function openDeadLetters({ db, publish, log }: DeadLetterDeps): DeadLetters {
  return {
    keep: async (record, fault) => {
      // First: in an outage of Postgres this throws, and retries do not publish it again.
      if (await isKept(db, record)) return false;
      failpoint('before-dead-letter');
      if (publish)
        await withFallback(
          () => publish([letterOf(record, fault)]),
          (err) => {
            log.warn({ err }, 'dead letter refused by its topic, publishing it without its value');
            return publish([summaryOf(record, fault, err)]);
          },
        );
      failpoint('between-dead-letters');
      await withFallback(
        () => execute(db, sql('insert_dead_letter'), rowOf(record, fault)),
        (err) => {
          log.warn({ err }, 'dead letter refused by Postgres, storing its value only');
          return execute(db, sql('insert_dead_letter'), bareRowOf(record, fault));
        },
      );
      failpoint('after-dead-letter');
      return true;
    },
  };
}

/** A part that cannot be written must not hold up the stream for ever; an outage must. */
async function withFallback(
  work: () => Promise<unknown>,
  fallback: (err: unknown) => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (err) {
    if (classify(err) === 'outage') throw err;
    await fallback(err);
  }
}

async function isKept(db: Database, record: StreamRecord): Promise<boolean> {
  const { topic, partition, offset, value } = record;
  const find = `
    select id from dead_letters
    where topic = :topic and partition = :partition and record_offset = :offset
      and md5(coalesce(value, '')) = md5(coalesce(:value::bytea, ''))`;
  return (await queryOne(db, find, { topic, partition, offset, value })) !== null;
}

/** The record as it came; where from and why are headers, named as Kafka Connect names them. */
function letterOf(record: StreamRecord, fault: UndecodableRecord): OutgoingRecord {
  const { key, value, headers } = record;
  return { key, value, headers: { ...headers, ...originOf(record, fault) } };
}

function summaryOf(record: StreamRecord, fault: UndecodableRecord, err: unknown): OutgoingRecord {
  const refusal = (err as Error).message.slice(0, MAX_DETAIL);
  const bytes = record.value?.length ?? 0;
  const omitted = `${bytes} bytes are in the row of dead_letters only: ${refusal}`;
  const headers = { ...originOf(record, fault), 'kafka_dlt-value-omitted': omitted };
  return { key: null, value: null, headers };
}

function originOf(
  { topic, partition, offset, timestampMs }: StreamRecord,
  fault: UndecodableRecord,
): Record<string, string> {
  return {
    'kafka_dlt-original-topic': topic,
    'kafka_dlt-original-partition': String(partition),
    'kafka_dlt-original-offset': offset,
    'kafka_dlt-original-timestamp': timestampMs,
    'kafka_dlt-exception-fqcn': fault.name,
    'kafka_dlt-exception-message': `${fault.reason}: ${fault.message}`.slice(0, MAX_DETAIL),
  };
}

function rowOf(record: StreamRecord, fault: UndecodableRecord) {
  const headers = Object.entries(record.headers).map(([name, value]) => [
    withoutNul(name),
    Array.isArray(value) ? value.map(readable) : readable(value as HeaderValue),
  ]);
  return {
    ...bareRowOf(record, fault),
    timestamp: isKnownTime(record) ? new Date(Number(record.timestampMs)).toISOString() : null,
    key: record.key,
    headers: JSON.stringify(Object.fromEntries(headers)),
    detail: withoutNul(fault.message).slice(0, MAX_DETAIL),
  };
}

/** What identifies the record, and its bytes. */
function bareRowOf({ topic, partition, offset, value }: StreamRecord, fault: UndecodableRecord) {
  return {
    ...{ topic, partition, offset, value },
    timestamp: null,
    key: null,
    headers: '{}',
    reason: fault.reason,
    code: fault.code,
    detail: '',
  };
}

/**
 * Whether a record's time can be true: false when its producer wrote none or counted in seconds, or
 * in micro- or nanoseconds, and it is outside of the years 2000 to 9999.
 */
export function isKnownTime({ timestampMs }: Pick<StreamRecord, 'timestampMs'>): boolean {
  const ms = Number(timestampMs);
  return ms >= FIRST_MS && ms < END_MS;
}
const FIRST_MS = Date.UTC(2000, 0);
const END_MS = Date.UTC(10_000, 0);

/** Text where it is text; other bytes, and the NUL that Postgres cannot hold, in base64. */
function readable(value: HeaderValue): string | { base64: string } | null {
  if (value === null) return null;
  const text = value.toString('utf8');
  return Buffer.from(text).equals(value) && !text.includes('\0')
    ? text
    : { base64: value.toString('base64') };
}

function withoutNul(text: string): string {
  return text.replaceAll('\0', '\\0');
}
