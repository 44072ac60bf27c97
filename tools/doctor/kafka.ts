import { X509Certificate } from 'node:crypto';
import kafkajs, { type Admin } from 'kafkajs';
import type { Logger } from '../../platform/logger.ts';
import { type KafkaSettings, kafkaClient } from '../../stream/kafka/client.ts';
import { streamError } from '../../stream/kafka/faults.ts';
import { type Check, examine, explainStream, note, ok, probeTcp, problem } from './check.ts';

export interface ExpectedTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly replication: number;
}

interface ExamineKafka {
  settings: KafkaSettings;
  topics: readonly ExpectedTopic[];
  log: Logger;
}

/**
 * Examines the brokers, each at the address that it advertises, and the topics. Creates and changes
 * nothing.
 */
export function examineKafka({ settings, topics, log }: ExamineKafka): Promise<Check[]> {
  const work = async (): Promise<Check[]> => {
    const unreachable = await findUnreachable(settings.brokers);
    if (unreachable.length === settings.brokers.length)
      return [
        problem('Kafka', {
          code: 'stream_unavailable',
          detail: `no broker can be reached: ${unreachable.join(', ')}`,
          fix: 'start the brokers, or correct KAFKA_BROKERS',
        }),
      ];
    const admin = kafkaClient(settings, log).admin();
    const versions = recordApiVersions(admin);
    try {
      await admin.connect();
      const brokers = await checkBrokers(admin, unreachable);
      return [...brokers, ...(await checkTopics(admin, topics)), note('broker API', versions())];
    } finally {
      void admin.disconnect().catch(() => undefined);
    }
  };
  const usual =
    'the port answers, but not to Kafka with these settings: compare KAFKA_SSL and ' +
    'KAFKA_SASL_* with the brokers';
  return examine('Kafka', work, (err) =>
    explainStream(streamError(err), 'stream_unavailable', usual),
  ).then((checks) => [...checks, ...checkOwnCertificate(settings.ssl)]);
}

const ENDS_SOON_MS = 14 * 86_400_000;

/** The brokers refuse a certificate of ours that has expired, and say no more than that. */
export function checkOwnCertificate(ssl: KafkaSettings['ssl'], now = Date.now()): Check[] {
  if (typeof ssl === 'boolean' || !ssl.cert) return [];
  const until = new Date(new X509Certificate(ssl.cert).validTo);
  const detail = `valid until ${until.toISOString().slice(0, 10)}`;
  const left = until.getTime() - now;
  if (left > ENDS_SOON_MS) return [ok('KAFKA_SSL_CERT', detail)];
  const finding = { detail, fix: 'renew it and restart the services' };
  return [
    left < 0
      ? problem('KAFKA_SSL_CERT', { ...finding, code: 'certificate_expired' })
      : problem('KAFKA_SSL_CERT', { ...finding, code: 'certificate_ends', severity: 'degraded' }),
  ];
}

async function findUnreachable(addresses: readonly string[]): Promise<string[]> {
  const probed = await Promise.all(
    addresses.map(async (address) => ({ address, fault: await probeTcp(address) })),
  );
  return probed.flatMap(({ address, fault }) => (fault ? [`${address} (${fault})`] : []));
}

function recordApiVersions(admin: Admin): () => string {
  const used = new Map<string, number>();
  admin.on('admin.network.request', ({ payload }) => {
    const { apiName, apiVersion } = payload as { apiName: string; apiVersion: number };
    used.set(apiName, apiVersion);
  });
  return () => [...used].map(([name, version]) => `${name} v${version}`).join(', ');
}

async function checkBrokers(admin: Admin, unreachable: readonly string[]): Promise<Check[]> {
  const { brokers, controller } = await admin.describeCluster();
  const hidden = await findUnreachable(brokers.map(({ host, port }) => `${host}:${port}`));
  const names = brokers.map(({ nodeId, host, port }) => {
    const role = nodeId === controller ? ' (controller)' : '';
    return `${nodeId}${role} at ${host}:${port}`;
  });
  const cluster =
    hidden.length === 0
      ? ok('Kafka', names.join(', '))
      : problem('Kafka', {
          code: 'broker_address_unreachable',
          detail: `advertised addresses cannot be reached from here: ${hidden.join(', ')}`,
          fix: 'correct advertised.listeners (--advertise-kafka-addr), or the network',
        });
  if (unreachable.length === 0) return [cluster];
  const some = problem('Kafka', {
    code: 'broker_unreachable',
    severity: 'degraded',
    detail: `some of KAFKA_BROKERS cannot be reached: ${unreachable.join(', ')}`,
    fix: 'start them, or remove them from KAFKA_BROKERS',
  });
  return [cluster, some];
}

async function checkTopics(admin: Admin, topics: readonly ExpectedTopic[]): Promise<Check[]> {
  const existing = new Set(await admin.listTopics());
  return Promise.all(
    topics.map(async (expected) => {
      const { topic } = expected;
      if (!existing.has(topic))
        return problem(`topic ${topic}`, {
          code: 'topic_missing',
          detail: 'does not exist',
          fix: 'npm run topics; producer and consumer also create it',
        });
      const [metadata, described] = await Promise.all([
        admin.fetchTopicMetadata({ topics: [topic] }),
        admin.describeConfigs({
          includeSynonyms: false,
          resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
        }),
      ]);
      const entries = described.resources[0]?.configEntries ?? [];
      const settings = new Map(entries.map((entry) => [entry.configName, entry.configValue]));
      return checkTopic(expected, {
        partitions: metadata.topics[0]?.partitions ?? [],
        setting: (name) => settings.get(name) ?? null,
      });
    }),
  );
}

export interface TopicState {
  partitions: readonly { leader: number; replicas: readonly number[]; isr: readonly number[] }[];
  setting: (name: string) => string | null;
}

/** Judges a topic. Some brokers hide settings: only one that is known and wrong is a problem. */
export function checkTopic(expected: ExpectedTopic, { partitions, setting }: TopicState): Check {
  const name = `topic ${expected.topic}`;
  const copies = Math.min(...partitions.map(({ replicas }) => replicas.length));
  const insync = setting('min.insync.replicas');
  const detail =
    `${partitions.length} partitions on ${copies} brokers` +
    (insync ? `, min.insync.replicas ${insync}` : '');
  const leaderless = partitions.filter(({ leader }) => leader < 0).length;
  if (leaderless > 0)
    return problem(name, {
      code: 'partition_without_leader',
      detail: `${detail}; ${leaderless} without a leader`,
      fix: 'start the brokers that hold them',
    });
  const behind = partitions.filter(({ isr, replicas }) => isr.length < replicas.length).length;
  if (behind > 0)
    return problem(name, {
      code: 'replicas_behind',
      severity: 'degraded',
      detail: `${detail}; ${behind} with replicas that are not in sync`,
      fix: 'start or repair the brokers that are missing from isr',
    });
  const unsafe = checkRetention(name, detail, setting) ?? checkDurability(name, detail, setting);
  if (unsafe) return unsafe;
  if (partitions.length !== expected.partitions)
    return note(name, `${detail}, but TOPIC_PARTITIONS is ${expected.partitions}`);
  if (copies !== expected.replication)
    return note(name, `${detail}, but TOPIC_REPLICATION is ${expected.replication}`);
  return ok(name, `${detail}, unlimited retention`);
}

function checkRetention(
  name: string,
  detail: string,
  setting: TopicState['setting'],
): Check | null {
  const policy = setting('cleanup.policy');
  const retention = setting('retention.ms');
  if ((!policy || policy === 'delete') && (!retention || retention === '-1')) return null;
  return problem(name, {
    code: 'topic_loses_history',
    detail:
      `${detail}; cleanup.policy ${policy}, retention.ms ${retention}: the history that a ` +
      'rebuild needs is deleted',
    fix:
      'set cleanup.policy=delete and retention.ms=-1 ' +
      `(rpk topic alter-config ${name.replace('topic ', '')} --set retention.ms=-1)`,
  });
}

/** Redpanda with write caching acknowledges from memory: a power cut loses acknowledged events. */
function checkDurability(
  name: string,
  detail: string,
  setting: TopicState['setting'],
): Check | null {
  if (setting('write.caching') !== 'true') return null;
  return problem(name, {
    code: 'acknowledged_not_on_disk',
    detail:
      `${detail}; write.caching true: events are acknowledged before they are on disk ` +
      `(flush.ms ${setting('flush.ms')}, flush.bytes ${setting('flush.bytes')})`,
    fix:
      `rpk topic alter-config ${name.replace('topic ', '')} --set write.caching=false; ` +
      'see docs/deploy.md, "Acknowledged is on disk"',
  });
}
