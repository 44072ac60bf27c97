import { createHash } from 'node:crypto';
import type { Database } from '../../platform/database.ts';
import { StreamUnavailable } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Notifications } from '../../platform/notifications.ts';
import { execute, query, queryPrepared, sqlFolder } from '../../platform/sql.ts';
import type { Appended, EventStream, OutgoingRecord, Position, Range } from '../port.ts';
import { nextRecords, type TextHeaders } from './records.ts';
import { subscribePostgres } from './subscription.ts';

const sql = sqlFolder(import.meta.url);

export interface PostgresStreamOptions {
  db: Database;
  url: string;
  /** Wakes subscriptions on appends; without it they poll. */
  notifications?: Notifications;
  log: Logger;
}

/** The embedded stream: an append-only log in three tables of the Postgres that holds the rates. */
export function openPostgresStream(options: PostgresStreamOptions): EventStream {
  const { db } = options;
  return {
    createTopic: async ({ topic, partitions }) => {
      await execute(
        db,
        `insert into stream_partitions (topic, partition)
         select :topic, generate_series(0, :partitions::int - 1) on conflict do nothing`,
        { topic, partitions },
      );
    },
    keepCodec: () => Promise.resolve(),
    publish: (topic, records) => publish(db, topic, records),
    subscribe: (to) => subscribePostgres({ ...options, ...to }),
    read: (range) => read(db, range),
    positions: (topic, group) => query<Position>(db, sql('positions'), { topic, group }),
    close: () => Promise.resolve(),
  };
}

async function publish(
  db: Database,
  topic: string,
  records: readonly OutgoingRecord[],
): Promise<readonly Appended[]> {
  if (records.length === 0) return [];
  const rows = await queryPrepared<Appended>(db, sql('append'), {
    topic,
    keys: records.map(({ key }) => (typeof key === 'string' ? Buffer.from(key) : key)),
    values: records.map(({ value }) => value),
    headers: records.map(({ headers }) => JSON.stringify(headersAsText(headers ?? {}))),
    hashes: hashesOf(records),
  });
  if (rows.length === 0)
    throw new StreamUnavailable(`the topic ${topic} does not exist: create it before publishing`);
  return rows.map(({ partition, first, last }) => ({ partition, first, last }));
}

/** Records of one key share a partition; those without a key are spread. */
function hashesOf(records: readonly OutgoingRecord[]): number[] {
  // Keys are few and records many.
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

function headersAsText(headers: NonNullable<OutgoingRecord['headers']>): TextHeaders {
  const asText = (value: string | Buffer | null) => value?.toString() ?? null;
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(asText) : asText(value as string | Buffer | null),
    ]),
  );
}

interface PartitionRange {
  partition: number;
  first: string;
  end: string;
}

async function* read(db: Database, { topic, from, to, onSize }: Range) {
  const params = { topic, from: from ?? null, to: to ?? null };
  const ranges = await query<PartitionRange>(db, sql('range'), params);
  const sizeOf = ({ first, end }: PartitionRange) => Math.max(0, Number(end) - Number(first));
  onSize?.(ranges.reduce((sum, range) => sum + sizeOf(range), 0));
  for (const { partition, first, end } of ranges) {
    for (let next = BigInt(first); next < BigInt(end); ) {
      const ahead = await nextRecords(db, { topic, partitions: [partition], from: String(next) });
      const records = ahead.filter(({ offset }) => BigInt(offset) < BigInt(end));
      const last = records.at(-1);
      if (!last) break;
      yield records;
      next = BigInt(last.offset) + 1n;
    }
  }
}
