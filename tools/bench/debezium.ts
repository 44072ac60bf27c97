import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../platform/embedded-postgres/server.ts';
import { APICURIO, KAFKA, mavenCache } from '../../test/support/maven-cache.ts';
import { dataDir } from '../../test/support/process.ts';
import { startJava } from '../../test/support/server-process.ts';
import type { KafkaStage } from './kafka-stage.ts';

const DEBEZIUM = '3.3.1.Final';
/** Connect brings these itself: a second copy in a plug-in would be another class. */
const OF_CONNECT = /^(jackson-|connect-|kafka-clients|slf4j-)/;

/** The alternative: Debezium's JDBC sink on Kafka Connect, three tasks, upserting into `sink`. */
export async function startDebezium({ brokers, registryUrl, topic }: KafkaStage, url: string) {
  const jars = await connectJars();
  const work = dataDir();
  const worker = join(work.dir, 'worker.properties');
  const sink = join(work.dir, 'sink.properties');
  writeFileSync(
    worker,
    properties({
      'bootstrap.servers': brokers.join(','),
      listeners: `http://127.0.0.1:${await freePort()}`,
      'plugin.path': join(jars, 'plugins'),
      'offset.storage.file.filename': join(work.dir, 'offsets'),
      'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'value.converter': 'io.apicurio.registry.utils.converter.AvroConverter',
      'value.converter.apicurio.registry.url': registryUrl.replace(/ccompat\/v7$/, 'registry/v2'),
      'value.converter.apicurio.registry.as-confluent': 'true',
      'value.converter.apicurio.registry.use-id': 'contentId',
      'consumer.max.poll.records': '5000',
      'consumer.auto.offset.reset': 'earliest',
    }),
  );
  const { hostname, port, pathname, username, password } = new URL(url);
  writeFileSync(
    sink,
    properties({
      name: `sink-${topic}`,
      'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
      topics: topic,
      'tasks.max': '3',
      'connection.url':
        `jdbc:postgresql://${hostname}:${port}${pathname}` +
        '?stringtype=unspecified&reWriteBatchedInserts=true',
      'connection.username': decodeURIComponent(username),
      'connection.password': decodeURIComponent(password),
      'collection.name.format': 'sink',
      'insert.mode': 'upsert',
      'primary.key.mode': 'record_value',
      'primary.key.fields': 'event_id',
      'schema.evolution': 'none',
      'batch.size': '5000',
      'use.reduction.buffer': 'true',
    }),
  );
  const main = 'org.apache.kafka.connect.cli.ConnectStandalone';
  const server = startJava(
    'Debezium',
    ['-Xmx1g', '-cp', join(jars, 'connect', '*'), main, worker, sink],
    work.dir,
  );
  return {
    exited: server.exited,
    stop: async () => {
      await server.stop();
      work.remove();
    },
  };
}

/** The table it writes: the columns of `rate_observations`, and of its indexes the key alone. */
export const SINK = `create table sink (
  event_id uuid primary key, run_id text not null, source text not null,
  base_currency text not null, quote_currency text not null, mid numeric not null,
  observed_at timestamptz not null, fetched_at timestamptz not null,
  stored_at timestamptz not null default now())`;

/** Connect and its two plug-ins with their dependencies, from Maven Central on first use. */
function connectJars(): Promise<string> {
  return mavenCache(`debezium-${DEBEZIUM}`, async (dir, maven) => {
    const parts = {
      connect: `org.apache.kafka:connect-runtime:${KAFKA}`,
      'plugins/debezium': `io.debezium:debezium-connector-jdbc:${DEBEZIUM}`,
      'plugins/avro': `io.apicurio:apicurio-registry-utils-converter:${APICURIO}`,
    };
    for (const [folder, artifact] of Object.entries(parts)) {
      const [group, name, version] = artifact.split(':');
      const libs = join(dir, folder);
      mkdirSync(libs, { recursive: true });
      writeFileSync(
        join(libs, 'pom.xml'),
        `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>local</groupId><artifactId>sink</artifactId><version>1</version><dependencies><dependency>
<groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version>
</dependency></dependencies></project>`,
      );
      const arguments_ = [
        'dependency:copy-dependencies',
        '-DincludeScope=runtime',
        `-DoutputDirectory=${libs}`,
      ];
      await maven(['-f', join(libs, 'pom.xml'), ...arguments_]);
      if (folder === 'connect') continue;
      for (const jar of readdirSync(libs)) if (OF_CONNECT.test(jar)) rmSync(join(libs, jar));
    }
  });
}

const properties = (of: Record<string, string>) =>
  Object.entries(of)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
