import { createHash } from 'node:crypto';
import type { Database } from '../../platform/database.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Appended, EventStream, OutgoingRecord, Position, Range } from '../port.ts';
import { nextRecords, WAKE_CHANNEL } from './log.ts';
import { subscribePostgres } from './subscription.ts';

/** The embedded stream: the log is three tables of the same Postgres that the rates are in. */
export function openPostgresStream({
  db,
  url,
  log,
}: {
  db: Database;
  url: string;
  log: Logger;
}): EventStream {
  return {
    createTopic: async ({ topic, partitions }) => {
      await db.raw(
        `insert into stream_partitions (topic, partition) select ?, generate_series(0, ?::int - 1) on conflict do nothing`,
        [topic, partitions],
      );
    },
    publish: (topic, records) => publish(db, topic, records),
    subscribe: (to) => subscribePostgres({ db, url, log, ...to }),
    read: (range) => read(db, range),
    positions: async (topic, group) => {
      const { rows } = await db.raw<{ rows: Position[] }>(
        `select p.partition, coalesce((select min(r.record_offset) from stream_records r where r.topic = p.topic and r.partition = p.partition),
                                    p.next_offset) as low, p.next_offset as high, g.next_offset as committed
         from stream_partitions p
         left join stream_group_offsets g on g.topic = p.topic and g.partition = p.partition and g.consumer_group = ?
         where p.topic = ? order by p.partition`,
        [group, topic],
      );
      return rows;
    },
    close: () => Promise.resolve(),
  };
}

/**
 * One statement takes the next offsets of every partition it writes to, in partition order so that two appends cannot deadlock,
 * and stores the records under them; the row locks last until it commits, so offsets become visible in order and without gaps.
 */
async function publish(
  db: Database,
  topic: string,
  records: readonly OutgoingRecord[],
): Promise<readonly Appended[]> {
  if (records.length === 0) return [];
  const { rows } = await db.raw<{ rows: (Appended & { known: boolean })[] }>(
    `with targets as materialized (
       select partition, next_offset from stream_partitions where topic = :topic order by partition for update
     ), incoming as (
       select r.key, r.value, r.headers::jsonb as headers, r.position,
              (r.hash % nullif((select count(*) from targets), 0))::int as partition
       from unnest(:keys::bytea[], :values::bytea[], :headers::text[], :hashes::bigint[]) with ordinality
            as r (key, value, headers, hash, position)
     ), numbered as (
       select i.*, t.next_offset + row_number() over (partition by i.partition order by i.position) - 1 as record_offset
       from incoming i join targets t using (partition)
     ), stored as (
       insert into stream_records (topic, partition, record_offset, key, value, headers)
       select :topic, partition, record_offset, key, value, headers from numbered
       returning partition, record_offset
     ), moved as (
       update stream_partitions p set next_offset = s.last + 1
       from (select partition, max(record_offset) as last from numbered group by partition) s
       where p.topic = :topic and p.partition = s.partition
     )
     select partition, min(record_offset) as first, max(record_offset) as last, announce('${WAKE_CHANNEL}', :topic) is not null as known
     from stored group by partition order by partition`,
    {
      topic,
      keys: records.map(({ key }) => (typeof key === 'string' ? Buffer.from(key) : key)),
      values: records.map(({ value }) => value),
      headers: records.map(({ headers }) => JSON.stringify(asText(headers ?? {}))),
      hashes: hashesOf(records),
    } as never,
  );
  if (rows.length === 0)
    throw new Error(`The topic ${topic} does not exist: create it before publishing to it`);
  return rows.map(({ partition, first, last }) => ({ partition, first, last }));
}

/** Records of one key share a partition; those without a key are spread. Keys are few and records many, so each is worked out once. */
function hashesOf(records: readonly OutgoingRecord[]): number[] {
  const known = new Map<string, number>();
  return records.map(({ key }, index) => {
    if (key === null) return index;
    const bytes = Buffer.from(key as string);
    const name = bytes.toString('latin1');
    const hash = known.get(name) ?? createHash('md5').update(bytes).digest().readUInt32BE(0);
    known.set(name, hash);
    return hash;
  });
}

function asText(headers: Readonly<Record<string, string | Buffer>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.toString()]),
  );
}

async function* read(db: Database, { topic, from, to, onSize }: Range) {
  // Appends of a partition commit in offset order, so its records' times ascend with their offsets but for the clock's own steps.
  const { rows } = await db.raw<{ rows: { partition: number; first: string; end: string }[] }>(
    `select partition,
            coalesce(min(record_offset) filter (where ?::timestamptz is null or appended_at >= ?::timestamptz), 0) as first,
            coalesce(min(record_offset) filter (where appended_at >= ?::timestamptz), max(record_offset) + 1) as end
     from stream_records where topic = ? group by partition
     having ?::timestamptz is null or max(appended_at) >= ?::timestamptz
     order by partition`,
    [from ?? null, from ?? null, to ?? null, topic, from ?? null, from ?? null] as never,
  );
  onSize?.(rows.reduce((sum, { first, end }) => sum + Math.max(0, Number(end) - Number(first)), 0));
  for (const { partition, first, end } of rows) {
    for (let next = BigInt(first); next < BigInt(end); ) {
      const records = (await nextRecords(db, topic, partition, String(next))).filter(
        ({ offset }) => BigInt(offset) < BigInt(end),
      );
      const last = records.at(-1);
      if (!last) break;
      yield records;
      next = BigInt(last.offset) + 1n;
    }
  }
}
