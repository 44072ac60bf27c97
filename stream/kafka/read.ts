import { randomUUID } from 'node:crypto';
import type { Admin, Batch, Consumer, Kafka } from 'kafkajs';
import { CannotStart } from '../../platform/errors.ts';
import type { Range, StreamRecord } from '../port.ts';
import { FETCH_BYTES, HEARTBEAT_MS, recordOf } from './batch.ts';
import { kafkaFault, kafkaTrouble, streamError } from './faults.ts';

/** How long brokers may keep a reader out of its group. */
const OUTAGE_MS = 60_000;

interface Reading extends Range {
  kafka: Kafka;
  admin: <T>(work: (admin: Admin) => Promise<T>) => Promise<T>;
}

/** What is left to read of each partition: from `next` to before `end`. */
type Left = Map<number, { next: bigint; end: bigint }>;

/**
 * Reads a range of the topic beside every group. kafkajs can only consume as a group, so it is one
 * of its own that seeks to the range's offsets, commits nothing and is deleted at the end. A batch
 * is fetched when the one before was taken.
 */
export async function* readKafka(reading: Reading): AsyncGenerator<readonly StreamRecord[]> {
  const { kafka, admin, topic, onSize } = reading;
  const left = await offsetsOf(reading);
  onSize?.(Number([...left.values()].reduce((sum, { next, end }) => sum + end - next, 0n)));
  if (left.size === 0) return;

  const groupId = `fx-read-${randomUUID()}`;
  const consumer = kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 100,
    maxBytesPerPartition: FETCH_BYTES,
    // One partition at a time: what a fetch brings is in memory whole.
    maxBytes: FETCH_BYTES,
  });
  const queue = handOver<readonly StreamRecord[]>();
  const stopWatching = watch(consumer, topic, left, queue.fail);
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch, heartbeat }) => {
        const records = takeRecords(batch, left);
        if (records.length > 0) {
          const beat = setInterval(() => heartbeat().catch(() => undefined), HEARTBEAT_MS);
          await queue.give(records);
          clearInterval(beat);
        }
        if (left.size === 0) queue.finish();
      },
    });
    for (;;) {
      const records = await queue.take();
      if (!records) return;
      yield records;
    }
  } finally {
    stopWatching();
    queue.finish();
    await consumer.disconnect();
    await admin((client) => client.deleteGroups([groupId])).catch(() => undefined);
  }
}

async function offsetsOf({ admin, topic, from, to }: Reading): Promise<Left> {
  const ends = await admin((client) => client.fetchTopicOffsets(topic));
  const at = async (instant: string | undefined) => {
    if (instant === undefined) return null;
    const found = await admin((client) =>
      client.fetchTopicOffsetsByTimestamp(topic, Date.parse(instant)),
    );
    return new Map(found.map(({ partition, offset }) => [partition, offset]));
  };
  const starts = await at(from);
  const stops = await at(to);
  const left: Left = new Map();
  for (const { partition, low, high } of ends) {
    const next = BigInt(starts?.get(partition) ?? low);
    const end = BigInt(stops?.get(partition) ?? high);
    if (next < end) left.set(partition, { next, end });
  }
  return left;
}

/** The records of a batch that are within the range; moves what is left. */
function takeRecords(batch: Batch, left: Left): StreamRecord[] {
  const { topic, partition, messages } = batch;
  const range = left.get(partition);
  if (!range) return [];
  const next = BigInt(batch.lastOffset()) + 1n;
  // Fetched before the seek took effect: it is before the range and moves nothing.
  if (next <= range.next) return [];
  const isWithin = ({ offset }: { offset: string }) =>
    BigInt(offset) >= range.next && BigInt(offset) < range.end;
  // Only the first and the last batch of a partition reach beyond the range.
  const isWhole = BigInt(batch.firstOffset() ?? 0) >= range.next && next <= range.end;
  const within = isWhole ? messages : messages.filter(isWithin);
  if (next < range.end) left.set(partition, { ...range, next });
  else left.delete(partition);
  return within.map((message) => recordOf(topic, partition, message));
}

/** Seeks on every join, and fails the reader after a crash that kafkajs does not recover from. */
function watch(
  consumer: Consumer,
  topic: string,
  left: Left,
  fail: (error: unknown) => void,
): () => void {
  let outage: NodeJS.Timeout | undefined;
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    const failWith = () =>
      fail(
        kafkaFault(error) === 'unreadable'
          ? new CannotStart(kafkaTrouble(error, topic), { cause: error })
          : streamError(error),
      );
    // kafkajs recovers by itself from such as a coordinator that is not elected yet.
    if (restart) outage ??= setTimeout(failWith, OUTAGE_MS);
    else failWith();
  });
  consumer.on(consumer.events.GROUP_JOIN, () => {
    clearTimeout(outage);
    outage = undefined;
    for (const [partition, { next }] of left)
      consumer.seek({ topic, partition, offset: String(next) });
  });
  return () => clearTimeout(outage);
}

/** Passes one value at a time from a callback to a loop; `give` resolves once it was taken. */
function handOver<T>() {
  let waiting: { value: T; taken: () => void } | null = null;
  let failure: unknown = null;
  let finished = false;
  let notify = () => {};
  return {
    give: (value: T) =>
      new Promise<void>((taken) => {
        if (finished) return taken();
        waiting = { value, taken };
        notify();
      }),
    fail: (error: unknown) => {
      failure = error;
      notify();
    },
    finish: () => {
      finished = true;
      waiting?.taken();
      notify();
    },
    take: async (): Promise<T | null> => {
      while (!waiting && !failure && !finished) {
        await new Promise<void>((resolve) => {
          notify = resolve;
        });
      }
      if (failure) throw failure;
      const given = waiting;
      waiting = null;
      given?.taken();
      return given?.value ?? null;
    },
  };
}
