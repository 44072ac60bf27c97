import { accountOf } from '../ledger/credentials.ts';
import { tableFigures } from '../ledger/table-metrics.ts';
import { retryUntilDone } from '../platform/back-off.ts';
import type { Config } from '../platform/config.ts';
import { type Database, migrate, openDatabase } from '../platform/database.ts';
import { joinEmbeddedPostgres } from '../platform/embedded-postgres/join.ts';
import { classify } from '../platform/faults.ts';
import type { ServiceHealth } from '../platform/health.ts';
import { startHealthServer } from '../platform/health-server.ts';
import { startHeartbeat } from '../platform/heartbeat.ts';
import type { OnClose } from '../platform/lifecycle.ts';
import type { Logger } from '../platform/logger.ts';
import type { Notifications } from '../platform/notifications.ts';
import { openStream } from '../stream/open-stream.ts';
import type { EventStream } from '../stream/port.ts';
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

/** What the parts of a service have on top: a way to say that the process is of no more use. */
export interface ServiceParts extends Parts {
  /** The process's one LISTEN connection. */
  notifications: Notifications;
  /** Ends the process with 1 and the reason's sentence, so that whoever watches it starts another. */
  giveUp: (reason: Error) => void;
}

export type Health = () => Promise<ServiceHealth>;

/** The database of the settings, or the embedded one of DATA_DIR, joined or started; given up at the end. */
export async function postgresPart({
  config,
  log,
  onClose,
}: Omit<Parts, 'url' | 'signal'>): Promise<string> {
  if (config.DATABASE_URL) return config.DATABASE_URL;
  const postgres = await joinEmbeddedPostgres({ dataDir: config.DATA_DIR, log });
  onClose('embedded Postgres', () => postgres.leave());
  return postgres.url;
}

/** Brings the schema up to date, waiting for Postgres as long as it may come back. Throws `CannotStart` when it refuses us. */
export async function migrated({ url, log, signal }: Parts): Promise<void> {
  await retryUntilDone('migration', () => migrate(url, log), {
    log,
    signal,
    fatal: (error) =>
      classify(error) === 'outage' ? null : (refusal(url, error) ?? (error as Error)),
  });
}

/** The pool of a service, closed at its end. */
export function databasePart({ url, onClose }: Parts, name: string): Database {
  const db = openDatabase({ url, name });
  onClose('database', () => db.destroy());
  return db;
}

/** The stream of the settings: Kafka where there are brokers, else the embedded one. */
export async function streamPart(
  { config, log, onClose, url }: Parts,
  db: Database,
): Promise<EventStream> {
  const stream = await openStream({ config, db, url, log });
  onClose('stream', () => stream.close());
  return stream;
}

/** The service's row in the database, from which the API tells how the pipeline does. */
export function heartbeatPart(
  { log, onClose }: Parts,
  of: { db: Database; service: string; health: Health },
): void {
  const heartbeat = startHeartbeat({ ...of, log });
  onClose(`${of.service} heartbeat`, () => heartbeat.stop());
}

/**
 * A service's own health port where METRICS_PORT asks for one; in one process with the API there is no need for it. It is open before
 * the service works, since one that waits for Postgres lives, and says what it waits for. Returns how the service is told of.
 */
export async function healthPortPart(
  { config, onClose }: Parts,
  db: Database,
): Promise<(service: Health) => void> {
  let health: Health = () =>
    Promise.resolve({
      trouble: 'Postgres: not reached yet',
      code: 'starting',
    });
  if (config.METRICS_PORT !== undefined) {
    const server = await startHealthServer({
      host: config.HOST,
      port: config.METRICS_PORT,
      health: () => health(),
      figures: tableFigures(db, { ...accountOf(config), currencies: config.CURRENCIES }),
    });
    onClose('health port', () => server.stop());
  }
  return (service) => {
    health = service;
  };
}

/** A record that just fits into the topic is a letter with some more headers, and whoever raises the topic's limit forgets this one. */
const LETTER_BYTES = 16 * 1024 * 1024;

/** The topic of the events. */
export function topicOf(config: Config) {
  return {
    topic: config.TOPIC,
    partitions: config.TOPIC_PARTITIONS,
    replication: config.TOPIC_REPLICATION,
  };
}

/** The topic of the dead letters. */
export function letterTopicOf(config: Config) {
  return { ...topicOf(config), topic: `${config.TOPIC}.dlt`, maxRecordBytes: LETTER_BYTES };
}
