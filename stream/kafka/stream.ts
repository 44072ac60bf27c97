import { setTimeout as pause } from 'node:timers/promises';
import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { withinDeadline } from '../../platform/deadline.ts';
import type { EventStream, Position, TopicSettings } from '../port.ts';
import type { Member } from './batch.ts';
import { type KafkaSettings, kafkaClient } from './client.ts';
import { type KafkaError, streamError } from './faults.ts';
import { kafkaPublisher } from './publish.ts';
import { readKafka } from './read.ts';
import { subscribeKafka } from './subscription.ts';

const ADMIN_MS = 30_000;
const DISCONNECT_MS = 8000;

export interface KafkaStreamOptions extends Pick<Member, 'log' | 'rebuildAfter'> {
  settings: KafkaSettings;
}

/** The stream on Redpanda or Apache Kafka. Connects on first use and again after any failure. */
export function openKafkaStream({ settings, ...options }: KafkaStreamOptions): EventStream {
  const kafka = kafkaClient(settings, options.log);
  const publisher = kafkaPublisher(kafka);
  const admin = openAdmin(kafka);
  return {
    createTopic: (topic) => admin.use((client) => createTopic(client, topic)),
    keepCodec: (topic) => admin.use((client) => keepCodec(client, topic)),
    publish: (topic, records) => publisher.publish(topic, records),
    subscribe: (to) => subscribeKafka({ kafka, ...options, ...to }),
    read: (range) => readKafka({ kafka, admin: admin.use, ...range }),
    positions: (topic, group) => admin.use((client) => positionsOf(client, topic, group)),
    close: async () => {
      await Promise.all([publisher.close(), admin.close()]);
    },
  };
}

const KEEP_CODEC = { name: 'compression.type', value: 'producer' };

async function createTopic(
  client: Admin,
  { topic, partitions, replication, maxRecordBytes }: TopicSettings,
): Promise<void> {
  const existing = await client.listTopics();
  if (existing.includes(topic)) return;
  const configEntries = [
    { name: 'retention.ms', value: '-1' },
    { name: 'retention.bytes', value: '-1' },
    KEEP_CODEC,
    ...(maxRecordBytes ? [{ name: 'max.message.bytes', value: String(maxRecordBytes) }] : []),
  ];
  const create = () =>
    client.createTopics({
      waitForLeaders: true,
      topics: [{ topic, numPartitions: partitions, replicationFactor: replication, configEntries }],
    });
  // kafkajs waits for leaders, but not for a broker that has yet to learn of the topic.
  for (let tries = 1; ; tries++) {
    try {
      return void (await create());
    } catch (err) {
      if ((err as KafkaError).type !== 'UNKNOWN_TOPIC_OR_PARTITION' || tries === 10) throw err;
      await pause(200);
    }
  }
}

/**
 * Changes nothing where the codec is kept already. Kafka's AlterConfigs, which kafkajs has,
 * replaces all settings of a topic: those that the topic has are sent again.
 */
async function keepCodec(client: Admin, topic: string): Promise<void> {
  const type = kafkajs.ConfigResourceTypes.TOPIC;
  const { resources } = await client.describeConfigs({
    includeSynonyms: false,
    resources: [{ type, name: topic }],
  });
  const entries = resources[0]?.configEntries ?? [];
  const codec = entries.find(({ configName }) => configName === KEEP_CODEC.name);
  if (codec?.configValue === KEEP_CODEC.value) return;
  const own = entries
    .filter(({ configSource }) => configSource === TOPIC_CONFIG)
    .filter(({ configName }) => configName !== KEEP_CODEC.name)
    .map(({ configName: name, configValue: value }) => ({ name, value }));
  await client.alterConfigs({
    validateOnly: false,
    resources: [{ type, name: topic, configEntries: [...own, KEEP_CODEC] }],
  });
}
/** Kafka's code for a setting of the topic itself, not of the broker or a default. */
const TOPIC_CONFIG = 1;

async function positionsOf(client: Admin, topic: string, group: string): Promise<Position[]> {
  // In this order: what is appended and committed in between would look like a truncated log.
  const [offsets] = await client.fetchOffsets({ groupId: group, topics: [topic] });
  const committed = new Map(offsets?.partitions.map((at) => [at.partition, at.offset]));
  const ends = await client.fetchTopicOffsets(topic);
  return ends
    .map(({ partition, low, high }) => {
      const offset = committed.get(partition) ?? '-1';
      return { partition, low, high, committed: offset === '-1' ? null : offset };
    })
    .sort((a, b) => a.partition - b.partition);
}

/** One admin connection, opened on first use and dropped after any failure. */
function openAdmin(kafka: Kafka) {
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
      } catch (err) {
        void drop(connection);
        throw streamError(err);
      }
    },
    close: () => drop(current),
  };
}
