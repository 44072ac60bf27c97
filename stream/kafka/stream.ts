import { setTimeout as pause } from 'node:timers/promises';
import kafkajs, {
  type Admin,
  CompressionTypes,
  type Kafka,
  type Message,
  Partitioners,
  type Producer,
} from 'kafkajs';
import { withinDeadline } from '../../platform/deadline.ts';
import { StreamUnavailable } from '../../platform/errors.ts';
import type { Appended, EventStream, OutgoingRecord, Position, TopicSettings } from '../port.ts';
import type { Member } from './batch.ts';
import { type KafkaSettings, kafkaClient } from './client.ts';
import { BROKERS, type KafkaError, streamError } from './faults.ts';
import { readKafka } from './read.ts';
import { subscribeKafka } from './subscription.ts';

const CALL_MS = 30_000;
const DISCONNECT_MS = 8000;

export interface KafkaStreamOptions extends Pick<Member, 'log' | 'rebuildAfter'> {
  settings: KafkaSettings;
}

/** The stream on Redpanda or Apache Kafka. Connects on first use and again after any failure. */
export function openKafkaStream({ settings, ...options }: KafkaStreamOptions): EventStream {
  const kafka = kafkaClient(settings, options.log);
  const publisher = openPublisher(kafka);
  const admin = connectOnUse('admin call', () => kafka.admin());
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

interface Connectable {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

/**
 * One connection, opened on first use. It is discarded after any failure, since it may still
 * receive the reply to something else; the next use opens another at once.
 */
function connectOnUse<Client extends Connectable>(name: string, open: () => Client) {
  let current: Promise<Client> | null = null;
  const connect = async () => {
    const client = open();
    await client.connect();
    return client;
  };
  const discard = async (connection: Promise<Client> | null) => {
    if (current === connection) current = null;
    const client = await connection?.catch(() => null);
    if (client)
      await withinDeadline('kafka: disconnect', DISCONNECT_MS, client.disconnect()).catch(
        () => undefined,
      );
  };
  return {
    use: async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
      current ??= connect();
      const connection = current;
      try {
        return await withinDeadline(`kafka: ${name}`, CALL_MS, connection.then(work));
      } catch (err) {
        void discard(connection);
        throw streamError(err);
      }
    },
    close: () => discard(current),
  };
}

/** Larger sends make every record wait for the last one. */
const SEND_RECORDS = 500;
/** Compressing what fits into a few packets costs more than it saves. */
const GZIP_BYTES = 16 * 1024;

/** The partition of each message, so that a retry of kafkajs cannot send it elsewhere. */
type Chosen = WeakMap<Message, number>;

/**
 * Publishes with acks from all replicas. The idempotent producer of kafkajs is not used: after a
 * lost reply it reuses a sequence number, and the broker drops what it acknowledges. Ours may write
 * a record twice, which the rows' keys make harmless.
 */
export function openPublisher(kafka: Kafka) {
  const chosen: Chosen = new WeakMap();
  const connection = connectOnUse('publish', () =>
    kafka.producer({
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
    }),
  );
  return {
    publish: (topic: string, records: readonly OutgoingRecord[]) =>
      connection.use((producer) => send(producer, chosen, topic, records)),
    close: connection.close,
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
      { what: BROKERS },
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
