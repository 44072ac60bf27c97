import type { Admin, Kafka } from 'kafkajs';
import { withinDeadline } from '../../platform/deadline.ts';
import type { EventStream, TopicSettings } from '../port.ts';
import type { Member } from './batch.ts';
import { type KafkaSettings, kafkaClient } from './client.ts';
import { producingWith } from './publish.ts';
import { readKafka } from './read.ts';
import { subscribeKafka } from './subscription.ts';

const ADMIN_MS = 30_000;
const DISCONNECT_MS = 8000;

export interface KafkaStreamOptions extends Pick<Member, 'log' | 'rebuildAfter'> {
  settings: KafkaSettings;
}

/** The stream on Redpanda or Apache Kafka, over kafkajs. Connects on first use and again after whatever broke. */
export function openKafkaStream({ settings, ...options }: KafkaStreamOptions): EventStream {
  const kafka = kafkaClient(settings, options.log);
  const producing = producingWith(kafka);
  const admin = adminOf(kafka);
  return {
    createTopic: (topic) => admin.use((client) => createTopic(client, topic)),
    publish: (topic, records) => producing.publish(topic, records),
    subscribe: (to) => subscribeKafka({ kafka, ...options, ...to }),
    read: (range) => readKafka({ kafka, admin: admin.use, ...range }),
    positions: (topic, group) =>
      admin.use(async (client) => {
        // In this order, or what is appended and committed in between would look like a log that was cut.
        const [committed] = await client.fetchOffsets({ groupId: group, topics: [topic] });
        const ends = await client.fetchTopicOffsets(topic);
        return ends
          .map(({ partition, low, high }) => {
            const offset =
              committed?.partitions.find((of) => of.partition === partition)?.offset ?? '-1';
            return { partition, low, high, committed: offset === '-1' ? null : offset };
          })
          .sort((a, b) => a.partition - b.partition);
      }),
    close: async () => {
      await Promise.all([producing.close(), admin.close()]);
    },
  };
}

async function createTopic(
  client: Admin,
  { topic, partitions, replication, maxRecordBytes }: TopicSettings,
): Promise<void> {
  const existing = await client.listTopics();
  if (existing.includes(topic)) return;
  const configEntries = [
    { name: 'retention.ms', value: '-1' },
    { name: 'retention.bytes', value: '-1' },
    ...(maxRecordBytes ? [{ name: 'max.message.bytes', value: String(maxRecordBytes) }] : []),
  ];
  await client.createTopics({
    waitForLeaders: true,
    topics: [{ topic, numPartitions: partitions, replicationFactor: replication, configEntries }],
  });
}

/** One admin connection, made on first use and dropped after any failure. Its calls are the ones that a fresh cluster refuses at first. */
function adminOf(kafka: Kafka) {
  let current: Promise<Admin> | null = null;
  const connect = async () => {
    const admin = kafka.admin();
    await admin.connect();
    return admin;
  };
  const drop = async (connection: Promise<Admin> | null) => {
    if (current === connection) current = null;
    const admin = await connection?.catch(() => null);
    if (admin)
      await withinDeadline('kafka: disconnect', DISCONNECT_MS, admin.disconnect()).catch(
        () => undefined,
      );
  };
  return {
    use: async <T>(work: (admin: Admin) => Promise<T>): Promise<T> => {
      current ??= connect();
      const connection = current;
      try {
        return await withinDeadline('kafka: admin call', ADMIN_MS, connection.then(work));
      } catch (error) {
        void drop(connection);
        throw error;
      }
    },
    close: () => drop(current),
  };
}
