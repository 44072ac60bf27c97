import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import axios from 'axios';
import { Kafka, logLevel } from 'kafkajs';
import { freePort } from '../../platform/embedded-postgres/server.ts';
import { startKafka } from './kafka-server.ts';
import { APICURIO, mavenCache } from './maven-cache.ts';
import { JAVA, startJava, waitUntilUp } from './server-process.ts';

export interface Broker {
  brokers: string[];
  registryUrl: string;
}

const started: { stop: () => Promise<void> }[] = [];
let broker: Promise<Broker> | undefined;

/** Why there is no broker here, or null. REQUIRE_BROKER=1 makes its absence a failure. */
export function brokerMissing(): string | null {
  return process.env['KAFKA_BROKERS'] || process.env['TEST_BROKER'] ? null : javaMissing();
}

/** Why no server can be started here, for tests that need one of their own. */
export function javaMissing(): string | null {
  try {
    execFileSync('java', ['-version'], { stdio: 'pipe' });
    execFileSync('mvn', ['--version'], { stdio: 'pipe' });
    return null;
  } catch {
    return 'no Java 17+ and Maven here, and KAFKA_BROKERS is not set';
  }
}

/**
 * One real Apache Kafka and one real schema registry for the whole run, started on first use. The
 * workers of a parallel run use those of the main process, which describes them in TEST_BROKER.
 */
export function sharedBroker(): Promise<Broker> {
  const given = process.env['TEST_BROKER'];
  broker ??= given ? Promise.resolve(JSON.parse(given) as Broker) : start();
  return broker;
}

/** Ends what was started here, by pid; mocha calls it once, after the last test. */
export async function stopBroker(): Promise<void> {
  await Promise.all(started.splice(0).map(({ stop }) => stop()));
}

async function start(): Promise<Broker> {
  const given = process.env['KAFKA_BROKERS'];
  if (given)
    return { brokers: given.split(','), registryUrl: process.env['SCHEMA_REGISTRY_URL'] ?? '' };
  // Kept as soon as each is up: one that does not come must not leave the other behind.
  const keep = <Server extends { stop: () => Promise<void> }>(server: Server) => {
    started.push(server);
    return server;
  };
  const kafka = startKafka().then(async ([node]) => {
    const kept = keep({ port: node?.port, stop: async () => node?.stop() });
    await waitForCoordinator(`127.0.0.1:${kept.port}`);
    return kept;
  });
  const [node, registry] = await Promise.all([kafka, startRegistry().then(keep)]);
  return { brokers: [`127.0.0.1:${node.port}`], registryUrl: registry.url };
}

/** A new broker has no coordinator of groups at first. */
async function waitForCoordinator(broker: string): Promise<void> {
  const admin = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await waitUntilUp('the coordinator', () => admin.fetchOffsets({ groupId: 'first' }));
  await admin.disconnect();
}

/** The folder of an Apicurio Registry, downloaded once. */
export function registryFolder(): Promise<string> {
  return mavenCache(`apicurio-${APICURIO}`, async (dir, maven) => {
    await maven([
      'dependency:copy',
      `-Dartifact=io.apicurio:apicurio-registry-app:${APICURIO}:tar.gz:all`,
      `-DoutputDirectory=${dir}`,
      '-Dmdep.useBaseVersion=true',
    ]);
    execFileSync('tar', [
      '-xzf',
      join(dir, `apicurio-registry-app-${APICURIO}-all.tar.gz`),
      '-C',
      dir,
    ]);
    rmSync(join(dir, `apicurio-registry-app-${APICURIO}-all.tar.gz`));
  });
}

/** Starts a Confluent-compatible registry in memory, with BACKWARD compatibility. */
export async function startRegistry(): Promise<{ url: string; stop: () => Promise<void> }> {
  const home = await registryFolder();
  const port = await freePort();
  const settings = ['-Dquarkus.http.host=127.0.0.1', `-Dquarkus.http.port=${port}`];
  const args = [
    '-Xmx256m',
    ...JAVA,
    ...settings,
    '-jar',
    `apicurio-registry-app-${APICURIO}-runner.jar`,
  ];
  const server = startJava('registry', args, home);
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  await waitUntilUp('the schema registry', () => axios.get(`${url}/subjects`, { timeout: 2000 }));
  await axios.put(`${url}/config`, { compatibility: 'BACKWARD' });
  return { url, stop: server.stop };
}
