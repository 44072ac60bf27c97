import { randomUUID } from 'node:crypto';
import { startConfiguredApi } from '../../app/api-service.ts';
import { startConfiguredConsumer } from '../../app/consumer-service.ts';
import { eventTopic } from '../../app/event-stream.ts';
import {
  openConfiguredLedger,
  simulatorReach,
  startConfiguredProducer,
} from '../../app/producer-service.ts';
import type { Consumer } from '../../consumer/index.ts';
import { openRequests } from '../../ledger/requests.ts';
import { type Config, readConfig } from '../../platform/config.ts';
import { openDatabase } from '../../platform/database.ts';
import type { Logger } from '../../platform/logger.ts';
import { openNotifications } from '../../platform/notifications.ts';
import { startSimulator } from '../../simulator/index.ts';
import type { EventStream } from '../../stream/port.ts';
import { openPostgresStream } from '../../stream/postgres/stream.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import { freezeLedgerClock, startLedgerClock } from './ledger-clock.ts';
import { startProxy } from './proxy.ts';
import { onGiveUp, quiet } from './quiet.ts';
import { createRoles, type Role, urlOfRole } from './roles.ts';

export const SEVEN = ['NGN', 'GHS', 'KES', 'UGX', 'MAD', 'XOF', 'EGP'];

export interface PipelineOptions {
  /** Settings beside those below, such as real credentials. */
  config?: Partial<Config>;
  dailyBudget?: number;
  cooldownSeconds?: number;
  apiToken?: string;
  rateLimitPerMinute?: number;
  trustProxy?: number;
  basePath?: string;
  metrics?: 'token' | 'public';
  consoleUrl?: string;
  host?: string;
  log?: Logger;
  cron?: string;
  catchUpHours?: number;
  /** Another XE than the simulator; the simulator still runs and counts. */
  xeUrl?: string;
  currencies?: string[];
  /** How long the client waits for XE. */
  xeDeadlineMs?: number;
  /** Connects producer and consumer as the role that writes, and the API as the one that reads. */
  roles?: boolean;
  /** What is between the producer and the stream. */
  publish?: (publish: EventStream['publish']) => EventStream['publish'];
}

/** Settings of a test, as the environment would give them; nothing around the test reaches them. */
function testConfig(environment: Record<string, string | undefined> = {}): Config {
  return readConfig(
    { PORT: '0', CONSUMER_GROUP: 'test', UPDATE_COOLDOWN_SECONDS: '0', ...environment },
    '/nonexistent/.env',
  );
}

/** Starts the consumer as app/ composes it, on a database and a stream that are given. */
export function startTestConsumer(
  {
    db,
    notifications,
    stream,
  }: Pick<TestDatabase, 'db' | 'notifications'> & { stream: EventStream },
  environment: Record<string, string> = {},
): Consumer {
  const context = {
    ...{ config: testConfig(environment), log: quiet, notifications },
    giveUp: onGiveUp,
  };
  return startConfiguredConsumer(context, { db, stream });
}

/**
 * The services as app/ composes them, in one process on a test database: simulator, ledger and
 * stream at once, producer, consumer and API where a test starts them.
 */
export async function pipeline(options: PipelineOptions = {}) {
  const database = await testDatabase();
  const direct = new URL(database.url);
  const network = await startProxy({ host: direct.hostname, port: Number(direct.port) });
  if (options.roles) await createRoles(database);
  const as = (role: Role, port: number) =>
    (options.roles ? urlOfRole(database.url, role) : database.url).replace(
      `:${direct.port}/`,
      `:${port}/`,
    );
  const url = as('fx_rates_write', network.port);
  const db = openDatabase({ url, name: 'test pipeline' });
  const readerDb = openDatabase({ url: as('fx_rates_read', network.port), name: 'test API' });
  const credentials = { accountId: 'test', apiKey: randomUUID() };
  const notifications = openNotifications({ url, log: quiet });
  let now = () => new Date();
  const simulator = await startSimulator({ mode: 'live', ...credentials, now: () => now() });
  // The stream has a network of its own, so that it can fail as a broker does, without the ledger.
  const streamNetwork = await startProxy({ host: '127.0.0.1', port: network.port });
  const streamUrl = as('fx_rates_write', streamNetwork.port);
  const streamDb = openDatabase({ url: streamUrl, name: 'test stream' });
  const stream = openPostgresStream({
    ...{ db: streamDb, url: streamUrl },
    notifications,
    log: quiet,
  });
  const config = { ...configOf(options), ...options.config };
  await stream.createTopic(eventTopic(config));
  const context = {
    config,
    log: options.log ?? quiet,
    url,
    notifications,
    giveUp: onGiveUp,
  };
  const ledger = openConfiguredLedger(config, db);
  const stops: (() => Promise<unknown>)[] = [];
  const started = <T extends { stop(): Promise<unknown> }>(part: T): T => {
    stops.push(() => part.stop());
    return part;
  };
  return {
    db,
    readerDb,
    query: database.query,
    /** Where Postgres is, through the network. */
    url,
    /** What lies between the services and Postgres. */
    network,
    /** What lies between the services and the stream; the stream is cut off with Postgres, too. */
    streamNetwork,
    ledger,
    requests: openRequests({
      db,
      source: config.source,
      currencies: config.CURRENCIES,
      cooldownSeconds: config.UPDATE_COOLDOWN_SECONDS,
    }),
    simulator,
    stream,
    /** Starts a producer, with other settings where the test gives them. */
    producer: (changes: Partial<Config> = {}) => {
      const { xeUrl, xeDeadlineMs, publish } = options;
      return started(
        startConfiguredProducer(
          { ...context, config: { ...config, ...changes } },
          {
            db,
            ...(Object.keys(changes).length === 0 && { ledger }),
            stream: { ...stream, publish: publish?.(stream.publish) ?? stream.publish },
            reach: config.PROVIDERS.map((name, n) => ({
              ...simulatorReach(name, simulator, credentials),
              ...(n === 0 && xeUrl && { baseUrl: xeUrl }),
              ...(xeDeadlineMs && { deadlineMs: xeDeadlineMs }),
            })),
          },
        ),
      );
    },
    consumer: () => started(startConfiguredConsumer(context, { db, stream })),
    api: async () => started(await startConfiguredApi(context, readerDb)),
    /** Stops the ledger's clock and the simulator's at this instant. */
    setClock: async (instant: string) => {
      now = () => new Date(instant);
      await freezeLedgerClock(database, instant);
    },
    /** Sets both clocks to this instant and lets them go on, and wakes every producer. */
    startClock: async (instant: string) => {
      const ahead = Date.parse(instant) - Date.now();
      now = () => new Date(Date.now() + ahead);
      await startLedgerClock(database, instant);
      await database.query("select announce('runs')");
    },
    runs: () =>
      database.query('select trigger, slot, state, cost, error from runs order by asked_at, slot'),
    stop: async () => {
      for (const stop of stops.reverse()) await stop();
      await notifications.stop();
      await simulator.stop();
      await streamDb.destroy();
      await db.destroy();
      await readerDb.destroy();
      await streamNetwork.stop();
      await network.stop();
      await database.drop();
    },
  };
}

function configOf(options: PipelineOptions): Config {
  const text = (value: number | undefined) => (value === undefined ? undefined : String(value));
  const config = testConfig({
    SCHEDULE: options.cron,
    CATCH_UP_HOURS: text(options.catchUpHours),
    XE_DAILY_BUDGET: text(options.dailyBudget),
    UPDATE_COOLDOWN_SECONDS: text(options.cooldownSeconds ?? 0),
    API_TOKEN: options.apiToken,
    RATE_LIMIT_PER_MINUTE: text(options.rateLimitPerMinute),
    TRUST_PROXY: text(options.trustProxy),
    BASE_PATH: options.basePath,
    METRICS: options.metrics,
    CONSOLE_URL: options.consoleUrl,
    HOST: options.host,
  });
  // XE's own list of currencies differs from ISO 4217, and tests ask for such ones, too.
  return { ...config, CURRENCIES: options.currencies ?? SEVEN };
}
