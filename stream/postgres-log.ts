import type { Database } from '../platform/database.ts';
import type { StreamRecord } from './port.ts';

/** Appends ring here, so that readers need not poll; the payload is the topic. */
export const WAKE_CHANNEL = 'stream';

const READ_AHEAD = 500;
/** A batch in bytes stays near what kafkajs is set to, so handlers see the same sizes from both adapters. */
const READ_BYTES = 1024 * 1024;
interface RecordRow {
  partition: number;
  record_offset: string;
  appended_at: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, string>;
}

/** The next records of a partition from `offset` on, at most a batch of them, by their cumulated size. */
export async function nextRecords(db: Database, topic: string, partition: number, offset: string): Promise<StreamRecord[]> {
  const { rows } = await db.raw<{ rows: RecordRow[] }>(
    `select partition, record_offset, appended_at, key, value, headers from (
       select *, sum(coalesce(length(value), 0)) over (order by record_offset) - coalesce(length(value), 0) as bytes_before from (
         select * from stream_records where topic = ? and partition = ? and record_offset >= ? order by record_offset limit ${READ_AHEAD}
       ) ahead
     ) sized where bytes_before < ${READ_BYTES} order by record_offset`,
    [topic, partition, offset],
  );
  return rows.map((row) => ({
    topic,
    partition: row.partition,
    offset: row.record_offset,
    timestamp: row.appended_at,
    key: row.key,
    value: row.value,
    headers: Object.fromEntries(Object.entries(row.headers).map(([name, value]) => [name, Buffer.from(value)])),
  }));
}
