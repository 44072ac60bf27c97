import { randomUUID } from 'node:crypto';
import type { Admin, Kafka } from 'kafkajs';
import type { Range, StreamRecord } from '../port.ts';
import { FETCH_BYTES, recordOf } from './batch.ts';
import { kafkaTrouble } from './fault.ts';

/** A group that the brokers do not let in for so long is not waited for any longer. */
const OUTAGE_MS = 60_000;

interface Reading extends Range {
  kafka: Kafka;
  admin: <T>(work: (admin: Admin) => Promise<T>) => Promise<T>;
}

/**
 * Reads a range of the topic beside every group: kafkajs can only consume as a group, so it is one of its own that starts at the
 * range's offsets, commits nothing and is removed at the end. A batch is fetched when the one before was taken.
 */
export async function* readKafka({
  kafka,
  admin,
  topic,
  from,
  to,
  onSize,
}: Reading): AsyncGenerator<readonly StreamRecord[]> {
  const ends = await admin((client) => client.fetchTopicOffsets(topic));
  const at = async (instant: string) => {
    const found = await admin((client) =>
      client.fetchTopicOffsetsByTimestamp(topic, Date.parse(instant)),
    );
    return new Map(found.map(({ partition, offset }) => [partition, offset]));
  };
  const starts = from ? await at(from) : null;
  const stops = to ? await at(to) : null;
  const left = new Map<number, { next: bigint; end: bigint }>();
  for (const { partition, low, high } of ends) {
    const next = BigInt(starts?.get(partition) ?? low);
    const end = BigInt(stops?.get(partition) ?? high);
    if (next < end) left.set(partition, { next, end });
  }
  onSize?.(Number([...left.values()].reduce((sum, { next, end }) => sum + end - next, 0n)));
  if (left.size === 0) return;

  const groupId = `fx-read-${randomUUID()}`;
  const consumer = kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 100,
    maxBytesPerPartition: FETCH_BYTES,
    // One partition at a time: what a fetch brings lies in memory whole, and nobody waits for the others.
    maxBytes: FETCH_BYTES,
  });
  const hand = handOver<readonly StreamRecord[]>();
  let outage: NodeJS.Timeout | undefined;
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    const fail = () =>
      hand.fail(new Error(kafkaTrouble(payload.error, topic), { cause: payload.error }));
    // kafkajs comes back by itself from what passes by itself, such as a coordinator that is not chosen yet.
    if (payload.restart) outage ??= setTimeout(fail, OUTAGE_MS);
    else fail();
  });
  consumer.on(consumer.events.GROUP_JOIN, () => {
    clearTimeout(outage);
    outage = undefined;
    for (const [partition, { next }] of left)
      consumer.seek({ topic, partition, offset: String(next) });
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch, heartbeat }) => {
        const range = left.get(batch.partition);
        if (!range) return;
        const next = BigInt(batch.lastOffset()) + 1n;
        const isWithin = ({ offset }: { offset: string }) =>
          BigInt(offset) >= range.next && BigInt(offset) < range.end;
        // Only the first and the last batch of a partition reach beyond the range.
        const whole = BigInt(batch.firstOffset() ?? 0) >= range.next && next <= range.end;
        const messages = whole ? batch.messages : batch.messages.filter(isWithin);
        const records = messages.map((message) => recordOf(topic, batch.partition, message));
        // What was fetched before the seek took effect lies before the range and moves nothing.
        if (next <= range.next) return;
        if (next < range.end) left.set(batch.partition, { ...range, next });
        else left.delete(batch.partition);
        const beat = setInterval(() => heartbeat().catch(() => undefined), 3000);
        if (records.length > 0) await hand.give(records);
        clearInterval(beat);
        if (left.size === 0) hand.finish();
      },
    });
    for (;;) {
      const records = await hand.take();
      if (!records) return;
      yield records;
    }
  } finally {
    clearTimeout(outage);
    hand.finish();
    await consumer.disconnect();
    await admin((client) => client.deleteGroups([groupId])).catch(() => undefined);
  }
}

/** One value at a time from a callback to a loop; `give` resolves when the value was taken. */
function handOver<T>() {
  let waiting: { value: T; taken: () => void } | null = null;
  let failure: Error | null = null;
  let finished = false;
  let notify = () => {};
  return {
    give: (value: T) =>
      new Promise<void>((taken) => {
        if (finished) return taken();
        waiting = { value, taken };
        notify();
      }),
    fail: (error: Error) => {
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
