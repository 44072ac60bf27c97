import { CompressionTypes, type Kafka, type Message, Partitioners, type Producer } from 'kafkajs';
import { withinDeadline } from '../../platform/deadline.ts';
import { RecordTooLarge } from '../../platform/errors.ts';
import type { Appended, OutgoingRecord } from '../port.ts';

const PUBLISH_MS = 30_000;
const DISCONNECT_MS = 8000;
/** Larger sends keep every record waiting for the last one. */
const SEND_RECORDS = 500;
/** Compressing what fits into a few packets costs more than it saves; a pull's seven events stay readable in any dump. */
const GZIP_BYTES = 16 * 1024;
const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/**
 * Publishing with acks from all replicas. The idempotent producer of kafkajs is not used: after a lost reply it reuses a sequence
 * number and the broker drops what it acknowledges. Ours may write a record twice, which the rows' keys make harmless, and is
 * thrown away after any rejected send, since its connection may still hold the reply to something else. A send that kafkajs calls done is
 * held to the acknowledgements: each partition that a record went to must be among them.
 */
export function producingWith(kafka: Kafka) {
  let current: Promise<Producer> | null = null;
  const chosen = new WeakMap<Message, number>();

  async function connect(): Promise<Producer> {
    const producer = kafka.producer({
      idempotent: false,
      allowAutoTopicCreation: false,
      createPartitioner: () => {
        const choose = Partitioners.DefaultPartitioner();
        return (args) => {
          // Asked again when kafkajs tries again: a record without a key must not go elsewhere then.
          const partition = chosen.get(args.message) ?? choose(args);
          chosen.set(args.message, partition);
          return partition;
        };
      },
    });
    await producer.connect();
    return producer;
  }

  /** The next publish must not find it, even while this one is still hanging up. */
  async function discard(connection: Promise<Producer> | null): Promise<void> {
    if (current === connection) current = null;
    const producer = await connection?.catch(() => null);
    if (producer)
      await withinDeadline('kafka: disconnect', DISCONNECT_MS, producer.disconnect()).catch(
        () => undefined,
      );
  }

  async function send(
    producer: Producer,
    topic: string,
    records: readonly OutgoingRecord[],
  ): Promise<Appended[]> {
    const appended = new Map<number, Appended>();
    for (let at = 0; at < records.length; at += SEND_RECORDS) {
      const messages: Message[] = records
        .slice(at, at + SEND_RECORDS)
        .map(({ key, value, headers }) => ({
          key,
          value,
          headers: { ...headers },
        }));
      const bytes = messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
      const compression = bytes > GZIP_BYTES ? CompressionTypes.GZIP : CompressionTypes.None;
      const written = await producer.send({
        topic,
        messages,
        acks: -1,
        timeout: 10_000,
        compression,
      });
      const acknowledged = new Set(written.map(({ partition }) => partition));
      const unsent = messages.filter(
        (message) => !acknowledged.has(chosen.get(message) as number),
      ).length;
      // After a broker failed, kafkajs passes over one that has answered already, though it leads the partitions of the failed one now.
      if (unsent > 0)
        throw new Error(
          `kafka: ${topic} did not acknowledge ${unsent} of ${messages.length} records`,
        );
      for (const { partition, baseOffset } of written) {
        const count = messages.filter((message) => chosen.get(message) === partition).length;
        const first = appended.get(partition)?.first ?? String(baseOffset);
        appended.set(partition, {
          partition,
          first,
          last: String(BigInt(baseOffset ?? 0) + BigInt(count) - 1n),
        });
      }
    }
    return [...appended.values()].sort((a, b) => a.partition - b.partition);
  }

  return {
    publish: async (
      topic: string,
      records: readonly OutgoingRecord[],
    ): Promise<readonly Appended[]> => {
      current ??= connect();
      const connection = current;
      const work = connection.then((producer) => send(producer, topic, records));
      try {
        return await withinDeadline(`kafka: publish to ${topic}`, PUBLISH_MS, work);
      } catch (error) {
        void discard(connection);
        if (!TOO_LARGE.has((error as { type?: string }).type ?? '')) throw error;
        throw new RecordTooLarge(
          `kafka: ${topic} takes no record of this size: ${(error as Error).message}`,
          { cause: error },
        );
      }
    },
    close: () => discard(current),
  };
}
