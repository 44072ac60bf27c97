import { randomUUID } from 'node:crypto';
import { startApi } from '../../api/index.ts';
import { startConsumer } from '../../consumer/index.ts';
import { CURRENT_BUILT_IN_ID } from '../../events/wire-format.ts';
import { SIMULATOR } from '../../ledger/credentials.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { openRequests } from '../../ledger/requests.ts';
import { latestSlot, nextSlot } from '../../ledger/schedule.ts';
import { openDatabase } from '../../platform/database.ts';
import type { Logger } from '../../platform/logger.ts';
import { openNotifications } from '../../platform/notifications.ts';
import { startProducer } from '../../producer/index.ts';
import { xeClient } from '../../producer/xe-client.ts';
import { startSimulator } from '../../simulator/index.ts';
import type { EventStream } from '../../stream/port.ts';
import { openPostgresStream } from '../../stream/postgres/stream.ts';
import { testDatabase } from './database.ts';
import { freezeLedgerClock, startLedgerClock } from './ledger-clock.ts';
import { startProxy } from './proxy.ts';
import { quiet } from './quiet.ts';

const TOPIC = 'fx.rates.v1';
export const SEVEN = ['NGN', 'GHS', 'KES', 'UGX', 'MAD', 'XOF', 'EGP'];

export interface PipelineOptions {
  dailyBudget?: number;
  cooldownSeconds?: number;
  apiToken?: string;
  rateLimitPerMinute?: number;
  trustProxy?: number;
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
  /** What stands between the producer and the stream. */
  publish?: (publish: EventStream['publish']) => EventStream['publish'];
}

/** The real parts in one process, each with its own test database behind it: simulator, ledger, stream, and what is started by need. */
export async function pipeline(options: PipelineOptions = {}) {
  const database = await testDatabase();
  const direct = new URL(database.url);
  const network = await startProxy({ host: direct.hostname, port: Number(direct.port) });
  const url = database.url.replace(`:${direct.port}/`, `:${network.port}/`);
  const db = openDatabase({ url, name: 'test pipeline' });
  const credentials = { accountId: 'test', apiKey: randomUUID() };
  const notifications = openNotifications({ url, log: quiet });
  let now = () => new Date();
  const simulator = await startSimulator({ mode: 'live', ...credentials, now: () => now() });
  // The stream is behind a stretch of network of its own, so that it can be away as a broker is while the ledger is there.
  const streamNetwork = await startProxy({ host: '127.0.0.1', port: network.port });
  const streamUrl = database.url.replace(`:${direct.port}/`, `:${streamNetwork.port}/`);
  const streamDb = openDatabase({ url: streamUrl, name: 'test stream' });
  const stream = openPostgresStream({ db: streamDb, url: streamUrl, log: quiet });
  await stream.createTopic({ topic: TOPIC, partitions: 3, replication: 1 });
  const currencies = options.currencies ?? SEVEN;
  const source = 'simulator' as const;
  const schedule = { cron: options.cron ?? '0 1,23 * * *', zone: 'UTC' };
  const ledger = openLedger({
    db,
    ...SIMULATOR,
    currencies,
    dailyBudget: options.dailyBudget ?? 100,
  });
  const requests = openRequests({
    db,
    source,
    currencies,
    cooldownSeconds: options.cooldownSeconds ?? 0,
  });
  const stops: (() => Promise<unknown>)[] = [];
  const started = <T extends { stop(): Promise<unknown> }>(part: T): T => {
    stops.push(() => part.stop());
    return part;
  };
  return {
    db,
    query: database.query,
    /** Where Postgres is, through the network. */
    url,
    /** What lies between the parts and Postgres. */
    network,
    /** What lies between the embedded stream and the parts; it is away too when Postgres is. */
    streamNetwork,
    ledger,
    requests,
    simulator,
    stream,
    producer: () =>
      started(
        startProducer({
          ledger,
          xe: xeClient({
            settings: { baseUrl: options.xeUrl ?? simulator.url, ...credentials },
            log: quiet,
            ...(options.xeDeadlineMs && { deadlineMs: options.xeDeadlineMs }),
          }),
          db,
          account: SIMULATOR,
          stream: {
            positions: stream.positions,
            publish: options.publish?.(stream.publish) ?? stream.publish,
          },
          topic: TOPIC,
          group: 'test',
          catchUpHours: options.catchUpHours ?? 24,
          schemaId: () => Promise.resolve(CURRENT_BUILT_IN_ID),
          schedule,
          notifications,
          log: quiet,
        }),
      ),
    consumer: () =>
      started(
        startConsumer({
          db,
          notifications,
          stream,
          topic: { topic: TOPIC, partitions: 3, replication: 1 },
          group: 'test',
          schemaOf: () => Promise.resolve(null),
          deadLetterTopic: null,
          log: quiet,
        }),
      ),
    api: async () =>
      started(
        await startApi({
          db,
          databaseUrl: url,
          notifications,
          ...SIMULATOR,
          currencies: SEVEN,
          slots: { latest: (at) => latestSlot(schedule, at), next: (at) => nextSlot(schedule, at) },
          dailyBudget: options.dailyBudget ?? 100,
          cooldownSeconds: options.cooldownSeconds ?? 0,
          apiToken: options.apiToken,
          rateLimitPerMinute: options.rateLimitPerMinute,
          trustProxy: options.trustProxy ?? 0,
          consoleUrl: options.consoleUrl,
          host: options.host ?? '127.0.0.1',
          port: 0,
          log: options.log ?? quiet,
        }),
      ),
    /** The ledger's clock and the simulator's, from now on: both stand still at this instant. */
    setClock: async (instant: string) => {
      now = () => new Date(instant);
      await freezeLedgerClock(database, instant);
    },
    /** The same, but they go on from there, so that what is to be tried again in some seconds is; and every producer looks. */
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
      await streamNetwork.stop();
      await network.stop();
      await database.drop();
    },
  };
}
