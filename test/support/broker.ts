import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import axios from 'axios';
import { Kafka, logLevel } from 'kafkajs';
import { freePort } from '../../platform/postgres-server.ts';

/** Versions of the real servers, from Maven Central. */
const KAFKA = '4.1.0';
const APICURIO = '2.6.13.Final';
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/broker', import.meta.url));
const JAVA = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

export interface Broker {
  brokers: string[];
  registryUrl: string;
}

const started: { stop: () => Promise<void> }[] = [];
let broker: Promise<Broker> | undefined;

/** Why there is no broker for these tests, or null when there is one. REQUIRE_BROKER=1 makes its absence a failure. */
export function brokerMissing(): string | null {
  if (process.env['KAFKA_BROKERS']) return null;
  try {
    const java = execFileSync('java', ['-version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    execFileSync('mvn', ['--version'], { encoding: 'utf8', stdio: 'pipe' });
    return java === null ? 'no Java' : null;
  } catch {
    return 'no Java 17+ and Maven here, and KAFKA_BROKERS is not set';
  }
}

/** One real Apache Kafka and one real schema registry for the whole run, started on first use. */
export function realBroker(): Promise<Broker> {
  broker ??= start();
  return broker;
}

/** Ends what was started here, by pid; mocha calls it once, after the last test. */
export async function stopBroker(): Promise<void> {
  await Promise.all(started.splice(0).map(({ stop }) => stop()));
}

async function start(): Promise<Broker> {
  const given = process.env['KAFKA_BROKERS'];
  if (given) return { brokers: given.split(','), registryUrl: process.env['SCHEMA_REGISTRY_URL'] ?? '' };
  const [brokers, registryUrl] = await Promise.all([startKafka(), startRegistry()]);
  return { brokers, registryUrl };
}

async function startKafka(): Promise<string[]> {
  const libs = await fetched(`kafka-${KAFKA}`, async (dir) => {
    writeFileSync(join(dir, 'pom.xml'), POM);
    await maven(['-f', join(dir, 'pom.xml'), 'dependency:copy-dependencies', `-DoutputDirectory=${dir}/libs`]);
  });
  const classpath = `${libs}/libs/*`;
  const dir = mkdtempSync(join(tmpdir(), 'fx-kafka-'));
  const [port, controller] = [await freePort(), await freePort()];
  const properties = join(dir, 'server.properties');
  writeFileSync(properties, kafkaProperties(dir, port, controller));
  const tool = (args: string[]) => promisify(execFile)('java', [...JAVA, '-cp', classpath, 'kafka.tools.StorageTool', ...args]);
  const id = (await tool(['random-uuid'])).stdout.trim().split('\n').at(-1) as string;
  await tool(['format', '-t', id, '-c', properties]);
  run('kafka', ['-Xmx512m', ...JAVA, '-cp', classpath, 'kafka.Kafka', properties], dir, () =>
    rmSync(dir, { recursive: true, force: true }),
  );
  const brokers = [`127.0.0.1:${port}`];
  await until('Kafka', async () => {
    const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { retries: 0 } }).admin();
    await admin.connect();
    await admin.listTopics().finally(() => admin.disconnect());
  });
  return brokers;
}

async function startRegistry(): Promise<string> {
  const home = await fetched(`apicurio-${APICURIO}`, async (dir) => {
    await maven([
      'dependency:copy',
      `-Dartifact=io.apicurio:apicurio-registry-app:${APICURIO}:tar.gz:all`,
      `-DoutputDirectory=${dir}`,
      '-Dmdep.useBaseVersion=true',
    ]);
    execFileSync('tar', ['-xzf', join(dir, `apicurio-registry-app-${APICURIO}-all.tar.gz`), '-C', dir]);
    rmSync(join(dir, `apicurio-registry-app-${APICURIO}-all.tar.gz`));
  });
  const port = await freePort();
  const settings = ['-Dquarkus.http.host=127.0.0.1', `-Dquarkus.http.port=${port}`];
  run('registry', ['-Xmx256m', ...JAVA, ...settings, '-jar', `apicurio-registry-app-${APICURIO}-runner.jar`], home);
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  await until('the schema registry', () => axios.get(`${url}/subjects`, { timeout: 2000 }));
  await axios.put(`${url}/config`, { compatibility: 'BACKWARD' });
  return url;
}

/** A folder of the cache, filled once; built under another name, so a killed download leaves nothing half-made. */
async function fetched(name: string, fill: (dir: string) => Promise<void>): Promise<string> {
  const dir = join(CACHE, name);
  if (existsSync(dir)) return dir;
  const fresh = `${dir}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  await fill(fresh);
  mkdirSync(dirname(dir), { recursive: true });
  renameSync(fresh, dir);
  return dir;
}

async function maven(args: string[]): Promise<void> {
  await promisify(execFile)('mvn', ['-q', '-B', ...args], { maxBuffer: 1 << 24 });
}

function run(name: string, args: string[], cwd: string, cleanUp = () => {}): void {
  const child = spawn('java', args, { cwd, stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  // A test run that is ended from outside takes its servers along.
  const onExit = () => child.kill('SIGKILL');
  process.once('exit', onExit);
  started.push({
    stop: async () => {
      process.removeListener('exit', onExit);
      child.kill('SIGTERM');
      if ((await Promise.race([exited.then(() => 'gone'), pause(8000, 'still there', { ref: false })])) !== 'gone')
        child.kill('SIGKILL');
      await exited;
      cleanUp();
    },
  });
  child.once('error', (error) => process.stderr.write(`${name}: ${error.message}\n`));
}

async function until(what: string, probe: () => Promise<unknown>): Promise<void> {
  for (const began = Date.now(); ; ) {
    try {
      await probe();
      return;
    } catch (error) {
      if (Date.now() - began > 60_000) throw new Error(`${what} did not come up in a minute`, { cause: error });
      await pause(200);
    }
  }
}

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>local</groupId><artifactId>broker</artifactId><version>1</version><dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA}</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
</dependencies></project>`;

function kafkaProperties(dir: string, port: number, controller: number): string {
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(dir, 'data'),
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 3,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'auto.create.topics.enable': false,
  })
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
}
