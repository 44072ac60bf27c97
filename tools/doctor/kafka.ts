import kafkajs, { type Admin } from 'kafkajs';
import type { Logger } from '../../platform/logger.ts';
import { type KafkaSettings, kafkaClient } from '../../stream/kafka/client.ts';
import { type Check, ill, look, note, well } from './check.ts';
import { reach } from './reach.ts';

export interface TopicWanted {
  readonly topic: string;
  readonly partitions: number;
  readonly replication: number;
}

/** Looks at the brokers, each by the address that it gives to clients, and at the topics. Makes and changes nothing. */
export function examineKafka({
  settings,
  topics,
  log,
}: {
  settings: KafkaSettings;
  topics: readonly TopicWanted[];
  log: Logger;
}) {
  const examine = async (): Promise<Check[]> => {
    const reached = await Promise.all(
      settings.brokers.map(async (address) => ({ address, fault: await reach(address) })),
    );
    const away = reached
      .filter(({ fault }) => fault !== null)
      .map(({ address, fault }) => `${address} (${fault})`);
    if (away.length === reached.length)
      return [
        ill(
          'Kafka',
          `not reached: ${away.join(', ')}`,
          'start the brokers, or correct KAFKA_BROKERS',
        ),
      ];
    const admin = kafkaClient(settings, log).admin();
    const spoken = new Map<string, number>();
    admin.on('admin.network.request', ({ payload }) => {
      const { apiName, apiVersion } = payload as { apiName: string; apiVersion: number };
      spoken.set(apiName, apiVersion);
    });
    try {
      await admin.connect();
      const checks = [...(await brokerChecks(admin, away)), ...(await topicChecks(admin, topics))];
      const versions = [...spoken].map(([name, version]) => `${name} v${version}`).join(', ');
      return [...checks, note('broker API', versions)];
    } finally {
      void admin.disconnect().catch(() => undefined);
    }
  };
  const todo =
    'compare KAFKA_SSL and KAFKA_SASL_* with what the brokers want: `npm run doctor` reached the port, not Kafka';
  return look('Kafka', examine, () => todo);
}

async function brokerChecks(admin: Admin, away: readonly string[]): Promise<Check[]> {
  const { brokers, controller } = await admin.describeCluster();
  const named = await Promise.all(
    brokers.map(async ({ nodeId, host, port }) => ({
      nodeId,
      at: `${host}:${port}`,
      fault: await reach(`${host}:${port}`),
    })),
  );
  const says = named
    .map(({ nodeId, at }) => `${nodeId}${nodeId === controller ? ' (controller)' : ''} at ${at}`)
    .join(', ');
  const hidden = named
    .filter(({ fault }) => fault !== null)
    .map(({ at, fault }) => `${at} (${fault})`);
  const advertise =
    'the brokers name these addresses to clients: correct advertised.listeners (--advertise-kafka-addr), or the network';
  return [
    hidden.length > 0
      ? ill('Kafka', `not reached from here: ${hidden.join(', ')}`, advertise)
      : well('Kafka', says),
    ...(away.length > 0
      ? [
          ill(
            'Kafka',
            `of KAFKA_BROKERS not reached: ${away.join(', ')}`,
            'start them, or leave them out',
          ),
        ]
      : []),
  ];
}

async function topicChecks(admin: Admin, topics: readonly TopicWanted[]): Promise<Check[]> {
  const there = new Set(await admin.listTopics());
  return Promise.all(
    topics.map(async (wanted) => {
      const { topic } = wanted;
      if (!there.has(topic))
        return ill(
          `topic ${topic}`,
          'not there',
          'npm run topics; producer and consumer make it too',
        );
      const [metadata, described] = await Promise.all([
        admin.fetchTopicMetadata({ topics: [topic] }),
        admin.describeConfigs({
          includeSynonyms: false,
          resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
        }),
      ]);
      const partitions = metadata.topics[0]?.partitions ?? [];
      const entries = described.resources[0]?.configEntries ?? [];
      const set = (name: string) =>
        entries.find(({ configName }) => configName === name)?.configValue ?? null;
      return topicCheck(wanted, { partitions, set });
    }),
  );
}

interface Found {
  partitions: readonly { leader: number; replicas: readonly number[]; isr: readonly number[] }[];
  set: (name: string) => string | null;
}

function topicCheck(
  { topic, partitions: wanted, replication }: TopicWanted,
  { partitions, set }: Found,
): Check {
  const name = `topic ${topic}`;
  const copies = Math.min(...partitions.map(({ replicas }) => replicas.length));
  const insync = set('min.insync.replicas');
  const says = `${partitions.length} partitions on ${copies} brokers${insync ? `, min.insync.replicas ${insync}` : ''}`;
  const headless = partitions.filter(({ leader }) => leader < 0).length;
  if (headless > 0)
    return ill(name, `${says}; ${headless} without a leader`, 'start the brokers that hold them');
  const behind = partitions.filter(({ isr, replicas }) => isr.length < replicas.length).length;
  if (behind > 0)
    return ill(
      name,
      `${says}; ${behind} with copies that are behind`,
      'look at the brokers that are missing',
    );
  const policy = set('cleanup.policy');
  const kept = set('retention.ms');
  // Some brokers do not tell; only what is told and wrong is ill.
  if ((policy && policy !== 'delete') || (kept && kept !== '-1'))
    return ill(
      name,
      `${says}; cleanup.policy ${policy}, retention.ms ${kept}: the history that tables are rebuilt from goes`,
      `set cleanup.policy=delete and retention.ms=-1 (rpk topic alter-config ${topic} --set retention.ms=-1)`,
    );
  if (partitions.length !== wanted)
    return note(name, `${says}, where TOPIC_PARTITIONS is ${wanted}`);
  if (copies !== replication)
    return note(name, `${says}, where TOPIC_REPLICATION is ${replication}`);
  return well(name, `${says}, kept for ever`);
}
