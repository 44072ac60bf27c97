import type { Database } from '../../platform/database.ts';
import type { StreamRecord } from '../port.ts';

/** Appends ring here, so that readers need not poll; the payload is the topic. */
export const WAKE_CHANNEL = 'stream';

const READ_AHEAD = 500;
/** As far as records are not small: then a batch is of the size that handlers see from Kafka. */
const READ_BYTES = 1024 * 1024;
interface RecordRow {
  partition: number;
  record_offset: string;
  appended_at: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, string>;
}

/** The next records of a partition from `offset` on, at most a batch of them. */
export async function nextRecords(
  db: Database,
  topic: string,
  partition: number,
  offset: string,
): Promise<StreamRecord[]> {
  const { rows } = await db.raw<{ rows: RecordRow[] }>(
    batchesFrom('select ?::int as partition, ?::bigint as next_offset'),
    [partition, offset, topic],
  );
  return rows.map((row) => recordOf(topic, row));
}

/** The next batch of each of these partitions from where the group stopped, asked for once: what is caught up costs nothing. */
export async function nextOfGroup(
  db: Database,
  { topic, group, partitions }: { topic: string; group: string; partitions: readonly number[] },
): Promise<StreamRecord[][]> {
  const { rows } = await db.raw<{ rows: RecordRow[] }>(
    batchesFrom(`select owned.partition, coalesce(g.next_offset, 0) as next_offset from unnest(?::int[]) as owned (partition)
                 left join stream_group_offsets g on g.consumer_group = ? and g.topic = ? and g.partition = owned.partition`),
    [partitions as never, group, topic, topic],
  );
  const batches = new Map<number, StreamRecord[]>(partitions.map((partition) => [partition, []]));
  for (const row of rows) batches.get(row.partition)?.push(recordOf(topic, row));
  return [...batches.values()].filter((batch) => batch.length > 0);
}

/** A batch from each place (partition, next_offset), cut where its cumulated size grows beyond a batch's. */
function batchesFrom(places: string): string {
  return `select partition, record_offset, appended_at, key, value, headers
    from (${places}) place
    cross join lateral (
      select *, sum(coalesce(length(value), 0)) over (order by record_offset) - coalesce(length(value), 0) as bytes_before from (
        select record_offset, appended_at, key, value, headers from stream_records r
        where r.topic = ? and r.partition = place.partition and r.record_offset >= place.next_offset
        order by r.record_offset limit ${READ_AHEAD}
      ) ahead
    ) sized
    where bytes_before < ${READ_BYTES} order by partition, record_offset`;
}

function recordOf(
  topic: string,
  { partition, record_offset, appended_at, key, value, headers }: RecordRow,
): StreamRecord {
  return {
    topic,
    partition,
    offset: record_offset,
    timestamp: appended_at,
    key,
    value,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]),
    ),
  };
}
