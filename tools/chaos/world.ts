import { setTimeout as pause } from 'node:timers/promises';
import type { RateObserved } from '../../events/rate-observed.ts';
import { openDatabase } from '../../platform/database.ts';
import { openKafkaStream } from '../../stream/kafka/stream.ts';
import type { EventStream, OutgoingRecord } from '../../stream/port.ts';
import { openPostgresStream } from '../../stream/postgres/stream.ts';
import { type Command, command } from '../../test/support/process.ts';
import { type NetworkProxy, startProxy } from '../../test/support/proxy.ts';
import { quiet } from '../../test/support/quiet.ts';
import type { Adapter } from './case.ts';
import { encodeRecord } from './encoded-rates.ts';
import { type Servers, TEMPLATE } from './servers.ts';

export type Query = <Row>(sql: string, values?: unknown[]) => Promise<Row[]>;

/** A case's own database, topic and group, and processes that reach them over bad networks. */
export interface World {
  readonly on: Adapter;
  readonly servers: Servers;
  /** What lies between the processes and Postgres. */
  readonly databaseNetwork: NetworkProxy;
  readonly random: () => number;
  readonly topic: string;
  /** Reaches Postgres directly, past the network that is being spoiled. */
  readonly query: Query;
  /** The stream, reached directly. */
  readonly stream: EventStream;
  /** The stream as the processes reach it, over the network that is being spoiled. */
  openRemoteStream(): EventStream;
  readonly group: string;
  readonly settings: Record<string, string>;
  /** Starts one of our commands as a process; it is ended with the case. */
  run(name: string, settings?: Record<string, string>, args?: string[]): Command;
  /** Publishes until acknowledged, as the producer's ledger does; returns the number of tries. */
  publish(rates: readonly RateObserved[], to?: EventStream): Promise<number>;
  /** Publishes once; returns whether it was acknowledged. */
  tryPublish(rates: readonly RateObserved[], to: EventStream): Promise<boolean>;
  publishRecords(records: readonly OutgoingRecord[]): Promise<void>;
  /** How many events are stored. */
  countStored(): Promise<number>;
  readLag(): Promise<number>;
  /** Ends the processes before the case ends what they use. */
  endProcesses(): Promise<void>;
  /** Waits until everything is read and returns the ms that it took; rejects after `within` ms. */
  waitUntilDrained(within?: number): Promise<number>;
  close(): Promise<void>;
}

export interface WorldSettings {
  on: Adapter;
  servers: Servers;
  name: string;
  random: () => number;
}

export async function openWorld({ on, servers, name, random }: WorldSettings): Promise<World> {
  const id = `${name.replaceAll('-', '_')}_${Math.floor(random() * 1e9)}_${Date.now() % 1e6}`;
  const topic = `chaos.${id}`;
  const group = topic;
  await servers.postgres.admin(`create database ${id} template ${TEMPLATE}`);
  const direct = servers.postgres.url.replace(/\/[^/]*$/, `/${id}`);
  const { hostname, port } = new URL(direct);
  const databaseNetwork = await startProxy({ host: hostname, port: Number(port) });
  const remote = direct.replace(`:${port}/`, `:${databaseNetwork.port}/`);
  // The observer waits: its deadlines would fail a case on a busy machine.
  const db = openDatabase({ url: direct, name: 'chaos', poolSize: 4, deadlines: 'none' });
  const streams = openStreams();
  const stream = streams.open(direct, servers.kafka?.node.port);
  await retry(() =>
    stream.createTopic({ topic, partitions: 3, replication: 1, maxRecordBytes: 4 * 1024 * 1024 }),
  );
  const settings = settingsOf(remote, topic, servers);
  const processes: Command[] = [];
  const query: Query = async (sql, values) => (await db.raw(sql, (values ?? []) as never)).rows;
  const readLag = async () =>
    (await stream.positions(topic, group)).reduce(
      (sum, { low, high, committed }) => sum + Number(high) - Number(committed ?? low),
      0,
    );
  const endProcesses = async () => {
    for (const process of processes) process.kill('SIGKILL');
    await Promise.all(processes.map(({ exited }) => exited));
  };
  return {
    on,
    servers,
    databaseNetwork,
    random,
    topic,
    group,
    settings,
    query,
    stream,
    openRemoteStream: () => streams.open(remote, servers.kafka?.network.port),
    run: (command_, more = {}, args = []) => {
      const started = command(command_, { ...settings, ...more }, args);
      processes.push(started);
      return started;
    },
    ...publishers(stream, topic),
    countStored: async () =>
      Number((await query<{ count: string }>('select count(*) from rate_observations'))[0]?.count),
    readLag,
    waitUntilDrained: (within = 60_000) =>
      waitFor('the stream is read to its end', within, async () => (await readLag()) === 0),
    endProcesses,
    close: async () => {
      await endProcesses();
      await streams.close();
      await db.destroy();
      await databaseNetwork.stop();
      await retry(() => servers.postgres.admin(`drop database ${id} with (force)`));
    },
  };
}

function settingsOf(databaseUrl: string, topic: string, { kafka }: Servers) {
  return {
    DATABASE_URL: databaseUrl,
    TOPIC: topic,
    CONSUMER_GROUP: topic,
    LOG_LEVEL: 'warn',
    ...(kafka && {
      KAFKA_BROKERS: `127.0.0.1:${kafka.network.port}`,
      SCHEMA_REGISTRY_URL: kafka.registryUrl,
    }),
  };
}

/** Opens streams on Kafka where there is a port of a broker, else on Postgres. */
function openStreams() {
  const closers: (() => Promise<unknown>)[] = [];
  return {
    open(url: string, port: number | undefined): EventStream {
      if (port) {
        const brokers = [`127.0.0.1:${port}`];
        const settings = { brokers, ssl: false, sasl: null, clientId: 'chaos' };
        const stream = openKafkaStream({ settings, log: quiet });
        closers.push(stream.close);
        return stream;
      }
      const db = openDatabase({ url, name: 'chaos stream', poolSize: 2 });
      closers.push(() => db.destroy());
      return openPostgresStream({ db, url, log: quiet });
    },
    close: () => Promise.all(closers.map((close) => close())),
  };
}

function publishers(
  stream: EventStream,
  topic: string,
): Pick<World, 'publish' | 'tryPublish' | 'publishRecords'> {
  const encode = (rates: readonly RateObserved[]) => rates.map((rate) => encodeRecord(rate));
  return {
    publish: (rates, to = stream) => retry(() => to.publish(topic, encode(rates))),
    tryPublish: (rates, to) =>
      to.publish(topic, encode(rates)).then(
        () => true,
        () => false,
      ),
    publishRecords: async (records) => void (await retry(() => stream.publish(topic, records))),
  };
}

/** Longer than the longest outage of any case. */
const AGAIN_MS = 8 * 60_000;

/** Retries until it succeeds, for AGAIN_MS at most; returns the number of tries. */
async function retry(work: () => Promise<unknown>): Promise<number> {
  for (let tries = 1, began = performance.now(); ; tries++) {
    try {
      await work();
      return tries;
    } catch (error) {
      if (performance.now() - began > AGAIN_MS) throw error;
      await pause(50);
    }
  }
}

/** Waits for a fact and returns the ms that it took; rejects after `within` ms. */
export async function waitFor(
  what: string,
  within: number,
  fact: () => Promise<boolean> | boolean,
): Promise<number> {
  const began = performance.now();
  for (;;) {
    if (await Promise.resolve(fact()).catch(() => false))
      return Math.round(performance.now() - began);
    if (performance.now() - began > within)
      throw new Error(`${what}: not within ${within / 1000} s`);
    await pause(20);
  }
}
