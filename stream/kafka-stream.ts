import { type Admin, type Kafka, type Message, Partitioners, type Producer } from 'kafkajs';
import { withinDeadline } from '../platform/deadline.ts';
import type { Logger } from '../platform/logger.ts';
import { type KafkaSettings, kafkaClient } from './kafka-client.ts';
import { readKafka } from './kafka-read.ts';
import { subscribeKafka } from './kafka-subscription.ts';
import type { Appended, EventStream, OutgoingRecord, TopicSettings } from './port.ts';

const PUBLISH_MS = 30_000;
const ADMIN_MS = 30_000;
const DISCONNECT_MS = 8000;
/** Larger sends keep every record waiting for the last one. */
const SEND_RECORDS = 500;

/** The stream on Redpanda or Apache Kafka, over kafkajs. Connects on first use and again after whatever broke. */
export function openKafkaStream({ settings, log }: { settings: KafkaSettings; log: Logger }): EventStream {
  const kafka = kafkaClient(settings, log);
  const producing = producingWith(kafka);
  const admin = adminOf(kafka);
  return {
    createTopic: (topic) => admin.use((client) => createTopic(client, topic)),
    publish: (topic, records) => producing.publish(topic, records),
    subscribe: (to) => subscribeKafka({ kafka, log, ...to }),
    read: (range) => readKafka({ kafka, admin: admin.use, ...range }),
    positions: (topic, group) =>
      admin.use(async (client) => {
        const ends = await client.fetchTopicOffsets(topic);
        const [committed] = await client.fetchOffsets({ groupId: group, topics: [topic] });
        return ends
          .map(({ partition, low, high }) => {
            const offset = committed?.partitions.find((of) => of.partition === partition)?.offset ?? '-1';
            return { partition, low, high, committed: offset === '-1' ? null : offset };
          })
          .sort((a, b) => a.partition - b.partition);
      }),
    close: async () => {
      await Promise.all([producing.close(), admin.close()]);
    },
  };
}

async function createTopic(client: Admin, { topic, partitions, replication }: TopicSettings): Promise<void> {
  const existing = await client.listTopics();
  if (existing.includes(topic)) return;
  const configEntries = [
    { name: 'retention.ms', value: '-1' },
    { name: 'retention.bytes', value: '-1' },
  ];
  await client.createTopics({
    waitForLeaders: true,
    topics: [{ topic, numPartitions: partitions, replicationFactor: replication, configEntries }],
  });
}

/**
 * Publishing with acks from all replicas. The idempotent producer of kafkajs is not used: after a lost reply it reuses a sequence
 * number and the broker drops what it acknowledges. Ours may write a record twice, which the rows' keys make harmless, and is
 * thrown away after any rejected send, since its connection may still hold the reply to something else.
 */
function producingWith(kafka: Kafka) {
  let current: Promise<Producer> | null = null;
  const chosen = new WeakMap<Message, number>();

  async function connect(): Promise<Producer> {
    const producer = kafka.producer({
      idempotent: false,
      allowAutoTopicCreation: false,
      createPartitioner: () => {
        const choose = Partitioners.DefaultPartitioner();
        return (args) => {
          const partition = choose(args);
          chosen.set(args.message, partition);
          return partition;
        };
      },
    });
    await producer.connect();
    return producer;
  }

  async function discard(): Promise<void> {
    const producer = await current?.catch(() => null);
    current = null;
    if (producer) await withinDeadline('kafka: disconnect', DISCONNECT_MS, producer.disconnect()).catch(() => undefined);
  }

  async function send(topic: string, records: readonly OutgoingRecord[]): Promise<Appended[]> {
    current ??= connect();
    const producer = await current;
    const appended = new Map<number, Appended>();
    for (let at = 0; at < records.length; at += SEND_RECORDS) {
      const messages: Message[] = records.slice(at, at + SEND_RECORDS).map(({ key, value, headers }) => ({
        key,
        value,
        headers: { ...headers },
      }));
      const written = await producer.send({ topic, messages, acks: -1, timeout: 10_000 });
      for (const { partition, baseOffset } of written) {
        const count = messages.filter((message) => chosen.get(message) === partition).length;
        const first = appended.get(partition)?.first ?? String(baseOffset);
        appended.set(partition, { partition, first, last: String(BigInt(baseOffset ?? 0) + BigInt(count) - 1n) });
      }
    }
    return [...appended.values()].sort((a, b) => a.partition - b.partition);
  }

  return {
    publish: async (topic: string, records: readonly OutgoingRecord[]): Promise<readonly Appended[]> => {
      try {
        return await withinDeadline(`kafka: publish to ${topic}`, PUBLISH_MS, send(topic, records));
      } catch (error) {
        void discard();
        throw error;
      }
    },
    close: discard,
  };
}

/** One admin connection, made on first use and dropped after any failure. Its calls are the ones that a fresh cluster refuses at first. */
function adminOf(kafka: Kafka) {
  let current: Promise<Admin> | null = null;
  const connect = async () => {
    const admin = kafka.admin();
    await admin.connect();
    return admin;
  };
  const close = async () => {
    const admin = await current?.catch(() => null);
    current = null;
    if (admin) await withinDeadline('kafka: disconnect', DISCONNECT_MS, admin.disconnect()).catch(() => undefined);
  };
  return {
    use: async <T>(work: (admin: Admin) => Promise<T>): Promise<T> => {
      try {
        current ??= connect();
        return await withinDeadline('kafka: admin call', ADMIN_MS, current.then(work));
      } catch (error) {
        void close();
        throw error;
      }
    },
    close,
  };
}
