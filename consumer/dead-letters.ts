import type { UndecodableRecord } from '../events/rate-observed.ts';
import type { Database } from '../platform/database.ts';
import { RecordTooLarge } from '../platform/errors.ts';
import { failpoint } from '../platform/failpoint.ts';
import type { EventStream, OutgoingRecord, StreamRecord } from '../stream/port.ts';

export interface DeadLetters {
  /** Keeps the record whole, with the reason. Resolves only when it is kept, with false when it was already: twice is one letter. */
  setAside(record: StreamRecord, fault: UndecodableRecord): Promise<boolean>;
}

export interface DeadLetterSettings {
  db: Database;
  /** Where letters are published before they are written down; null where the stream is the embedded one and the row is enough. */
  topic: { name: string; stream: Pick<EventStream, 'publish'> } | null;
}

/** Where records go that can never become a rate: the topic first, where there is one, and always a row. */
export function openDeadLetters({ db, topic }: DeadLetterSettings): DeadLetters {
  return {
    setAside: async (record, fault) => {
      const { topic: from, partition, offset, timestamp, key, value } = record;
      const place = { topic: from, partition, offset, value };
      // Asked first: while Postgres is away this throws, and the letter is not published again at every try.
      const kept = await db.raw(
        'select from dead_letters where topic = :topic and partition = :partition and record_offset = :offset and value is not distinct from :value',
        place as never,
      );
      if (kept.rows.length > 0) return false;
      failpoint('before-dead-letter');
      if (topic) await publish(topic, letterOf(record, fault));
      failpoint('between-dead-letters');
      await db.raw(
        `insert into dead_letters (topic, partition, record_offset, record_timestamp, key, value, headers, reason, reason_code, detail)
         values (:topic, :partition, :offset, :timestamp, :key, :value, :headers, :reason, :code, :detail) on conflict do nothing`,
        {
          ...place,
          timestamp,
          key,
          headers: JSON.stringify(
            Object.fromEntries(
              Object.entries(record.headers).map(([name, value]) => [clean(name), readable(value)]),
            ),
          ),
          reason: fault.reason,
          code: fault.code,
          detail: clean(fault.message).slice(0, 2000),
        } as never,
      );
      failpoint('after-dead-letter');
      return true;
    },
  };
}

/** A letter that its topic will never take must not hold up the stream for ever: then only where from and why go there. */
async function publish(
  { name, stream }: NonNullable<DeadLetterSettings['topic']>,
  letter: OutgoingRecord,
): Promise<void> {
  try {
    await stream.publish(name, [letter]);
  } catch (error) {
    if (!(error instanceof RecordTooLarge)) throw error;
    const ours = Object.entries(letter.headers ?? {}).filter(([header]) =>
      header.startsWith('kafka_dlt-'),
    );
    const omitted = `${letter.value?.length ?? 0} bytes, more than this topic takes: the row in dead_letters has them`;
    const headers = { ...Object.fromEntries(ours), 'kafka_dlt-value-omitted': omitted };
    await stream.publish(name, [{ key: null, value: null, headers }]);
  }
}

/** The record as it came, and where from and why in the headers that Kafka Connect uses for the same. */
function letterOf(
  { key, value, headers, topic, partition, offset, timestamp }: StreamRecord,
  fault: UndecodableRecord,
) {
  return {
    key,
    value,
    headers: {
      ...headers,
      'kafka_dlt-original-topic': topic,
      'kafka_dlt-original-partition': String(partition),
      'kafka_dlt-original-offset': offset,
      'kafka_dlt-original-timestamp': String(Date.parse(timestamp)),
      'kafka_dlt-exception-fqcn': fault.name,
      'kafka_dlt-exception-message': `${fault.reason}: ${fault.message}`.slice(0, 2000),
    },
  };
}

/** Text where it is text; other bytes, and the NUL that Postgres cannot hold, in base64. */
function readable(value: Buffer): string | { base64: string } {
  const text = value.toString('utf8');
  return Buffer.from(text).equals(value) && !text.includes('\0')
    ? text
    : { base64: value.toString('base64') };
}

function clean(text: string): string {
  return text.replaceAll('\0', '\\0');
}
