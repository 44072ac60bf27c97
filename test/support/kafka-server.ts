import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { freePort } from '../../platform/embedded-postgres/server.ts';
import { KAFKA, mavenCache } from './maven-cache.ts';
import { JAVA, java, type ServerProcess, startJava, waitUntilUp } from './server-process.ts';

/** A node of Apache Kafka that a test can kill and restart with the same ports and data. */
export interface KafkaNode {
  readonly port: number;
  pid(): number;
  kill(signal: NodeJS.Signals): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface KafkaOptions {
  /** The version from Maven Central, if not the usual one. */
  version?: string;
  /** Where each node gets its folder, if not among the temporary ones. */
  parent?: string;
  /** Number of nodes, each with a replica; two of three acknowledge an event. */
  nodes?: number;
  /** A second listener that advertises a proxy's port; the proxy's target is `behind`. */
  proxy?: { port: number; behind: number };
  /** More settings of the server, such as listeners with SASL and TLS. */
  settings?: (dir: string) => Promise<Record<string, string>> | Record<string, string>;
  /** Settings of the storage format, such as the first SCRAM users. */
  format?: string[];
}

/** Starts a cluster in a temporary folder and waits until it answers. */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaNode[]> {
  const count = options.nodes ?? 1;
  const ports = await Promise.all(Array.from({ length: 2 * count }, () => freePort()));
  const classpath = `${await kafkaJars(options.version)}/libs/*`;
  const id = (await java(['-cp', classpath, 'kafka.tools.StorageTool', 'random-uuid'])).stdout
    .trim()
    .split('\n')
    .at(-1) as string;
  const voters = Array.from(
    { length: count },
    (_, n) => `${n + 1}@127.0.0.1:${ports[count + n]}`,
  ).join(',');
  const nodes = await Promise.all(
    Array.from({ length: count }, async (_, n): Promise<KafkaNode> => {
      const dir = mkdtempSync(join(options.parent ?? tmpdir(), 'fx-kafka-'));
      const properties = join(dir, 'server.properties');
      const port = ports[n] as number;
      const own = { ...(await options.settings?.(dir)) };
      const listeners = [
        `PLAINTEXT://127.0.0.1:${port}`,
        ...(options.proxy ? [`PROXIED://127.0.0.1:${options.proxy.behind}`] : []),
      ];
      const advertised = options.proxy
        ? [listeners[0], `PROXIED://127.0.0.1:${options.proxy.port}`]
        : [listeners[0]];
      const settings = serverSettings({
        dir,
        node: n + 1,
        count,
        voters,
        controller: ports[count + n] as number,
      });
      settings['listeners'] = [
        ...listeners,
        `CONTROLLER://127.0.0.1:${ports[count + n]}`,
        own['listeners'],
      ]
        .filter(Boolean)
        .join(',');
      settings['advertised.listeners'] = [...advertised, own['listeners']]
        .filter(Boolean)
        .join(',');
      const { listeners: _listeners, ...rest } = own;
      writeFileSync(
        properties,
        Object.entries({ ...settings, ...rest })
          .map(([name, value]) => `${name}=${value}`)
          .join('\n'),
      );
      const format = options.format ?? [];
      await java([
        '-cp',
        classpath,
        'kafka.tools.StorageTool',
        'format',
        '-t',
        id,
        '-c',
        properties,
        ...format,
      ]);
      let server: ServerProcess | undefined;
      return {
        port,
        pid: () => server?.pid ?? 0,
        kill: async (signal) => {
          server?.kill(signal);
          if (signal === 'SIGKILL') await server?.exited;
        },
        start: async () => {
          server = startJava(
            'kafka',
            ['-Xmx512m', ...JAVA, '-cp', classpath, 'kafka.Kafka', properties],
            dir,
          );
        },
        stop: async () => {
          await server?.stop();
          rmSync(dir, { recursive: true, force: true });
        },
      };
    }),
  );
  await Promise.all(nodes.map((node) => node.start()));
  for (const { port } of nodes) await waitForBrokers(port, count);
  return nodes;
}

/** Waits until a node answers and knows of `count` nodes. */
export async function waitForBrokers(port: number, count = 1): Promise<void> {
  await waitUntilUp('Kafka', async () => {
    const admin = new Kafka({
      brokers: [`127.0.0.1:${port}`],
      logLevel: logLevel.NOTHING,
      retry: { retries: 0 },
    }).admin();
    try {
      await admin.connect();
      await admin.listTopics();
      const { brokers } = await admin.describeCluster();
      if (brokers.length < count) throw new Error(`${brokers.length} of ${count} nodes`);
    } finally {
      await admin.disconnect();
    }
  });
}

export async function kafkaJars(version = KAFKA): Promise<string> {
  const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>local</groupId><artifactId>broker</artifactId><version>1</version><dependencies>
<dependency>
  <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>
  <version>${version}</version>
</dependency>
<dependency>
  <groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version>
</dependency>
</dependencies></project>`;
  return mavenCache(`kafka-${version}`, async (dir, maven) => {
    writeFileSync(join(dir, 'pom.xml'), pom);
    await maven([
      '-f',
      join(dir, 'pom.xml'),
      'dependency:copy-dependencies',
      `-DoutputDirectory=${dir}/libs`,
    ]);
  });
}

interface Node {
  dir: string;
  node: number;
  count: number;
  voters: string;
  controller: number;
}

function serverSettings({ dir, node, count, voters }: Node): Record<string, string> {
  const copies = Math.min(3, count);
  return {
    'process.roles': 'broker,controller',
    'node.id': String(node),
    'controller.quorum.voters': voters,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map':
      'PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT,' +
      'SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': join(dir, 'data'),
    'offsets.topic.replication.factor': String(copies),
    'offsets.topic.num.partitions': '3',
    'transaction.state.log.replication.factor': String(copies),
    'transaction.state.log.min.isr': String(Math.min(2, copies)),
    'min.insync.replicas': String(Math.min(2, copies)),
    'group.initial.rebalance.delay.ms': '0',
    'auto.create.topics.enable': 'false',
    // Another node takes over leadership within seconds, as in a production cluster.
    'broker.session.timeout.ms': '6000',
    'replica.lag.time.max.ms': '5000',
  };
}
