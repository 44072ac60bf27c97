import { randomBytes } from 'node:crypto';
import { buildApp } from '../api/app.ts';
import { type Api, startApi } from '../api/index.ts';
import { pipelineQueries } from '../api/queries/pipeline.ts';
import { rateQueries } from '../api/queries/rates.ts';
import { startConsumer } from '../consumer/index.ts';
import { RATE_OBSERVED_SCHEMA } from '../events/rate-observed.ts';
import { CURRENT_BUILT_IN_ID } from '../events/wire-format.ts';
import { openLedger } from '../ledger/ledger.ts';
import { openRequests } from '../ledger/requests.ts';
import { watchRuns } from '../ledger/run-watch.ts';
import { untilDone } from '../platform/back-off.ts';
import type { Config } from '../platform/config.ts';
import { type Database, migrate, openDatabase } from '../platform/database.ts';
import { joinEmbeddedPostgres } from '../platform/embedded-postgres.ts';
import { CannotStart } from '../platform/errors.ts';
import { startHealthServer } from '../platform/health-server.ts';
import { type ServiceHealth, startHeartbeat } from '../platform/heartbeat.ts';
import type { OnClose } from '../platform/lifecycle.ts';
import type { Logger } from '../platform/logger.ts';
import { databaseFault } from '../platform/sqlstate.ts';
import { startProducer } from '../producer/index.ts';
import { xeClient } from '../producer/xe-client.ts';
import { startSimulator } from '../simulator/index.ts';
import { openStream } from '../stream/open-stream.ts';
import type { EventStream, SchemaRegistry } from '../stream/port.ts';
import { openSchemaRegistry } from '../stream/schema-registry.ts';
import { refusal } from './within-reach.ts';

/** What every part is put together from. The parts are shared by the command of each service and by the one that runs them all. */
export interface Parts {
  config: Config;
  log: Logger;
  onClose: OnClose;
  url: string;
  /** Aborts when the program is asked to end, so that no retry outlives it. */
  signal: AbortSignal;
}

type Health = () => Promise<ServiceHealth>;

/** The database of the settings, or the embedded one of DATA_DIR, joined or started; given up at the end. */
export async function postgresPart({ config, log, onClose }: Omit<Parts, 'url' | 'signal'>): Promise<string> {
  if (config.DATABASE_URL) return config.DATABASE_URL;
  const postgres = await joinEmbeddedPostgres({ dataDir: config.DATA_DIR, log });
  onClose('embedded Postgres', () => postgres.leave());
  return postgres.url;
}

/** Brings the schema up to date, waiting for Postgres as long as it may come back. Throws `CannotStart` when it refuses us. */
export async function migrated({ url, log, signal }: Parts): Promise<void> {
  await untilDone('Postgres', () => migrate(url, log), {
    log,
    signal,
    hopeless: (error) => (databaseFault(error) === 'away' ? null : (refusal(url, error) ?? (error as Error))),
  });
}

export function databasePart({ url, onClose }: Parts, name: string): Database {
  const db = openDatabase({ url, name });
  onClose('database', () => db.destroy());
  return db;
}

export function streamPart({ config, log, onClose, url }: Parts, db: Database): EventStream {
  const stream = openStream({ config, db, url, log });
  onClose('stream', () => stream.close());
  return stream;
}

export async function apiPart(parts: Parts, db: Database): Promise<Api> {
  const { config, log, onClose, url } = parts;
  const { source, CURRENCIES: currencies } = config;
  const requests = openRequests({ db, source, currencies, cooldownSeconds: config.UPDATE_COOLDOWN_SECONDS });
  const runs = watchRuns({ url, find: requests.find, log });
  onClose('run watch', () => runs.stop());
  const deps = {
    rates: rateQueries(db),
    pipeline: pipelineQueries(db, source),
    requests,
    runs,
    currencies,
    apiToken: config.API_TOKEN,
  };
  const api = await startApi(buildApp({ ...deps, log }), { host: config.HOST, port: config.PORT });
  onClose('api', () => api.stop());
  if (source === 'simulator') log.warn('SIMULATED: no XE_API_KEY is set, so rates are made up by the built-in simulator');
  log.info({ url: api.url }, `listening on ${api.url}`);
  return api;
}

export function consumerPart(parts: Parts, { db, stream }: { db: Database; stream: EventStream }): Health {
  const { config, log, onClose, url } = parts;
  const topic = topicOf(config);
  const letters = { ...topic, topic: `${config.TOPIC}.dlt` };
  const letterStream = {
    publish: async (name: string, records: Parameters<EventStream['publish']>[1]) => {
      await stream.createTopic(letters);
      return stream.publish(name, records);
    },
  };
  const consumer = startConsumer({
    db,
    databaseUrl: url,
    stream,
    topic,
    group: config.CONSUMER_GROUP,
    schemaOf: schemaOfPart(config),
    deadLetterTopic: config.KAFKA_BROKERS ? { name: letters.topic, stream: letterStream } : null,
    log,
  });
  onClose('consumer', () => consumer.stop());
  heartbeatPart(parts, { db, service: 'consumer', health: consumer.health });
  return consumer.health;
}

export async function producerPart(parts: Parts, { db, stream }: { db: Database; stream: EventStream }): Promise<Health> {
  const { config, log, onClose, url } = parts;
  const { source, CURRENCIES: currencies } = config;
  const registry = registryOf(config);
  // Asked before every publish: a topic or a registry that was made anew under us is set up again without a restart.
  const schemaId = async () => {
    await stream.createTopic(topicOf(config));
    return registry ? registry.register(`${config.TOPIC}-value`, RATE_OBSERVED_SCHEMA) : CURRENT_BUILT_IN_ID;
  };
  await schemaId().catch((error: Error) => {
    if (error instanceof CannotStart) throw error;
    log.warn({ error: error.message }, 'the stream or the registry is not there yet; events wait until it is');
  });
  const producer = startProducer({
    ledger: openLedger({ db, source, currencies, dailyBudget: config.XE_DAILY_BUDGET }),
    xe: xeClient({ settings: await xeSettings(parts), log }),
    stream,
    topic: config.TOPIC,
    schemaId,
    schedule: { cron: config.SCHEDULE, zone: config.SCHEDULE_TZ },
    databaseUrl: url,
    log,
  });
  onClose('producer', () => producer.stop());
  heartbeatPart(parts, { db, service: 'producer', health: producer.health });
  return producer.health;
}

/** The service's row in the database, from which the API tells how the pipeline does. */
function heartbeatPart({ log, onClose }: Parts, of: { db: Database; service: string; health: Health }): void {
  const heartbeat = startHeartbeat({ ...of, log });
  onClose(`${of.service} heartbeat`, () => heartbeat.stop());
}

/** A service's own health port where METRICS_PORT asks for one; in one process with the API there is no need for it. */
export async function healthPortPart({ config, onClose }: Parts, health: Health): Promise<void> {
  if (config.METRICS_PORT === undefined) return;
  const server = await startHealthServer({ host: config.HOST, port: config.METRICS_PORT, health });
  onClose('health port', () => server.stop());
}

/** XE as the settings name it; without a key, a simulator of our own on loopback with credentials nobody else knows. */
async function xeSettings({ config, onClose }: Parts) {
  const { XE_ACCOUNT_ID: accountId, XE_API_KEY: apiKey } = config;
  if (accountId && apiKey) return { baseUrl: config.XE_BASE_URL, accountId, apiKey };
  const credentials = { accountId: 'simulator', apiKey: randomBytes(16).toString('hex') };
  const simulator = await startSimulator({ port: config.SIMULATOR_PORT, mode: config.SIMULATOR_MODE, ...credentials });
  onClose('simulator', () => simulator.stop());
  return { baseUrl: simulator.url, ...credentials };
}

function topicOf(config: Config) {
  return { topic: config.TOPIC, partitions: config.TOPIC_PARTITIONS, replication: config.TOPIC_REPLICATION };
}

/** Where writers' schemas are looked up beyond the built-in ones. On Kafka without a registry nobody can say that an id is unknown. */
export function schemaOfPart(config: Config): (id: number) => Promise<string | null> {
  const registry = registryOf(config);
  return async (id) => {
    if (registry) return registry.schema(id);
    if (!config.KAFKA_BROKERS) return null;
    throw new Error(`an event was written with schema id ${id} of a registry: set SCHEMA_REGISTRY_URL to it`);
  };
}

function registryOf(config: Config): SchemaRegistry | null {
  return config.SCHEMA_REGISTRY_URL ? openSchemaRegistry(config.SCHEMA_REGISTRY_URL) : null;
}
