import { CompressionTypes, type Kafka, type Message, Partitioners, type Producer } from 'kafkajs';
import { withinDeadline } from '../../platform/deadline.ts';
import { RecordTooLarge, StreamUnavailable } from '../../platform/errors.ts';
import type { Appended, OutgoingRecord } from '../port.ts';
import { streamError } from './faults.ts';

const PUBLISH_MS = 30_000;
const DISCONNECT_MS = 8000;
/** Larger sends make every record wait for the last one. */
const SEND_RECORDS = 500;
/** Compressing what fits into a few packets costs more than it saves. */
const GZIP_BYTES = 16 * 1024;
const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/** The partition of each message, so that a retry of kafkajs cannot send it elsewhere. */
type Chosen = WeakMap<Message, number>;

/**
 * Publishes with acks from all replicas. The idempotent producer of kafkajs is not used: after a
 * lost reply it reuses a sequence number, and the broker drops what it acknowledges. Ours may write
 * a record twice, which the rows' keys make harmless. A producer is discarded after any rejected
 * send, since its connection may still receive the reply to something else.
 */
export function kafkaPublisher(kafka: Kafka) {
  let current: Promise<Producer> | null = null;
  const chosen: Chosen = new WeakMap();

  async function connect(): Promise<Producer> {
    const producer = kafka.producer({
      idempotent: false,
      allowAutoTopicCreation: false,
      createPartitioner: () => {
        const choose = Partitioners.DefaultPartitioner();
        return (args) => {
          const partition = chosen.get(args.message) ?? choose(args);
          chosen.set(args.message, partition);
          return partition;
        };
      },
    });
    await producer.connect();
    return producer;
  }

  /** The next publish must not use it, even while it is still disconnecting. */
  async function discard(connection: Promise<Producer> | null): Promise<void> {
    if (current === connection) current = null;
    const producer = await connection?.catch(() => null);
    if (producer)
      await withinDeadline('kafka: disconnect', DISCONNECT_MS, producer.disconnect()).catch(
        () => undefined,
      );
  }

  return {
    publish: async (
      topic: string,
      records: readonly OutgoingRecord[],
    ): Promise<readonly Appended[]> => {
      current ??= connect();
      const connection = current;
      const work = connection.then((producer) => send(producer, chosen, topic, records));
      try {
        return await withinDeadline(`kafka: publish to ${topic}`, PUBLISH_MS, work);
      } catch (err) {
        void discard(connection);
        if (!TOO_LARGE.has((err as { type?: string }).type ?? '')) throw streamError(err);
        throw new RecordTooLarge(
          `kafka: ${topic} takes no record of this size: ${(err as Error).message}`,
          { cause: err },
        );
      }
    },
    close: () => discard(current),
  };
}

async function send(
  producer: Producer,
  chosen: Chosen,
  topic: string,
  records: readonly OutgoingRecord[],
): Promise<Appended[]> {
  const appended = new Map<number, Appended>();
  for (let at = 0; at < records.length; at += SEND_RECORDS) {
    const messages = records.slice(at, at + SEND_RECORDS).map(messageOf);
    const bytes = messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    const written = await producer.send({
      topic,
      messages,
      acks: -1,
      timeout: 10_000,
      compression: bytes > GZIP_BYTES ? CompressionTypes.GZIP : CompressionTypes.None,
    });
    requireAcknowledged(
      topic,
      messages.map((message) => chosen.get(message)),
      new Set(written.map(({ partition }) => partition)),
    );
    for (const { partition, baseOffset } of written) {
      const count = messages.filter((message) => chosen.get(message) === partition).length;
      const first = appended.get(partition)?.first ?? String(baseOffset);
      const last = String(BigInt(baseOffset ?? 0) + BigInt(count) - 1n);
      appended.set(partition, { partition, first, last });
    }
  }
  return [...appended.values()].sort((a, b) => a.partition - b.partition);
}

/**
 * After a broker failed, kafkajs skips one that has answered already although it now leads the
 * partitions of the failed one, and calls the send done.
 */
function requireAcknowledged(
  topic: string,
  sentTo: readonly (number | undefined)[],
  acknowledged: ReadonlySet<number>,
): void {
  const missing = sentTo.filter((to) => to === undefined || !acknowledged.has(to)).length;
  if (missing > 0)
    throw new StreamUnavailable(
      `kafka: ${topic} did not acknowledge ${missing} of ${sentTo.length} records`,
    );
}

const EMPTY = Buffer.alloc(0);

function messageOf({ key, value, headers = {} }: OutgoingRecord): Message {
  // kafkajs cannot write a header without a value: it becomes an empty one.
  const written = Object.entries(headers).map(([name, values]) => [
    name,
    Array.isArray(values) ? values.map((one) => one ?? EMPTY) : (values ?? EMPTY),
  ]);
  return { key, value, headers: Object.fromEntries(written) };
}
