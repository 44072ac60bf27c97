import { buildApp } from '../api/app.ts';
import { type ApiCache, openCache } from '../api/http/caching.ts';
import { limitConcurrency } from '../api/http/concurrency.ts';
import { accessCheck } from '../api/http/security.ts';
import { type Listening, listenOn } from '../api/http/server.ts';
import { bookQueries } from '../api/loans/queries.ts';
import { updateTrigger } from '../api/pipeline/routes.ts';
import { statusReader } from '../api/pipeline/status.ts';
import { EventStream } from '../api/rates/event-stream.ts';
import { rateQueries } from '../api/rates/queries.ts';
import { SIMULATOR } from '../ledger/credentials.ts';
import { openDeadLetterAdmin } from '../ledger/dead-letters.ts';
import { openFreshness, type ReadFreshness } from '../ledger/freshness.ts';
import { readHealthProblems } from '../ledger/health.ts';
import { openRequests } from '../ledger/requests.ts';
import { findRun, listRuns } from '../ledger/run-history.ts';
import { watchRuns } from '../ledger/run-watch.ts';
import { openTableMetrics } from '../ledger/table-metrics.ts';
import type { Config } from '../platform/config.ts';
import { type Database, openDatabase } from '../platform/database.ts';
import type { Notifications } from '../platform/notifications.ts';
import { CREDENTIAL_NAMES } from '../platform/providers.ts';
import type { ServiceContext } from './context.ts';
import { firstLane, ledgerSettings } from './lanes.ts';

/**
 * Starts the API on the schedule that the producer keeps. `migrated` ends its patience with tables
 * that are missing.
 */
export async function startApiService(context: ServiceContext, db: Database) {
  const { config, log, onClose } = context;
  const migration = { isDone: false };
  const api = await startConfiguredApi({ ...context, isMigrated: () => migration.isDone }, db);
  onClose('api', () => api.stop());
  if (config.source === SIMULATOR.source)
    log.warn(`SIMULATED: rates are made up by the built-in simulator; set ${CREDENTIAL_NAMES}`);
  log.info({ url: api.url }, `listening on ${api.url}`);
  const migrated = () => {
    migration.isDone = true;
  };
  return { url: api.url, migrated };
}

/** Reports get their own pool: they take long and must not block requests for rates. */
const REPORT_CONNECTIONS = 3;

interface ApiContext extends Pick<ServiceContext, 'config' | 'log' | 'url' | 'notifications'> {
  /** Without it, the tables are there. */
  isMigrated?: () => boolean;
}

/**
 * Starts the API of the settings, without the heading in the log. It reads tables, and learns of
 * changes by notifications.
 */
export async function startConfiguredApi(
  { config, log, url, notifications, isMigrated = () => true }: ApiContext,
  db: Database,
): Promise<Listening> {
  const settings = { ...apiSettings(config), db, log, isMigrated };
  const requests = openRequests(settings);
  const cache = openCache();
  const events = new EventStream({ db, log });
  const runs = watchRuns({ notifications, find: requests.find });
  const reports = openDatabase({
    url,
    name: 'reports',
    deadlines: 'report',
    poolSize: REPORT_CONNECTIONS,
  });
  const unsubscribe = [...watchRates(notifications, cache, events.wake), runs.stop];
  const readFreshness = openFreshness(db, settings);
  const app = buildApp({
    ...settings,
    cache,
    limit: limitConcurrency(),
    trigger: updateTrigger({ ...settings, requests, runs, cache }),
    events,
    rates: rateQueries(db),
    readFreshness: cachedFreshness(readFreshness, cache),
    readStatus: statusReader({ ...settings, readFreshness }),
    readProblems: () => readHealthProblems(db, readFreshness),
    updateMetrics: openTableMetrics(db, settings),
    seesDetails: accessCheck(settings),
    listRuns: (page) => listRuns(db, page),
    findRun: (runId) => findRun(db, runId),
    letters: openDeadLetterAdmin(db),
    book: bookQueries(db, reports),
  });
  const release = async () => {
    for (const end of unsubscribe) end();
    await reports.destroy();
  };
  try {
    const server = await listenOn(app, settings);
    return {
      url: server.url,
      stop: async () => {
        events.stop();
        await server.stop();
        await release();
      },
    };
  } catch (err) {
    events.stop();
    await release();
    throw err;
  }
}

function apiSettings(config: Config) {
  return {
    ...ledgerSettings(config),
    dailyBudget: firstLane(config).settings.dailyBudget,
    cooldownSeconds: config.UPDATE_COOLDOWN_SECONDS,
    apiToken: config.API_TOKEN,
    rateLimitPerMinute: config.RATE_LIMIT_PER_MINUTE,
    trustProxy: config.TRUST_PROXY,
    basePath: config.BASE_PATH,
    // A proxy keeps connections for 60 s: one that we closed first would cost a 502.
    keepAliveSeconds: config.KEEP_ALIVE_SECONDS ?? (config.TRUST_PROXY > 0 ? 75 : 5),
    publicMetrics: config.METRICS === 'public',
    consoleUrl: config.CONSOLE_URL,
    host: config.HOST,
    port: config.PORT,
  };
}

/** Empties the cache before subscribers of the event stream learn of a rate and ask for it. */
function watchRates(notifications: Notifications, cache: ApiCache, wakeEvents: () => void) {
  return [
    notifications.subscribe('rates', {
      onNotify: () => {
        cache.clear();
        wakeEvents();
      },
      onConnect: () => cache.setListening(true),
      onLost: () => cache.setListening(false),
    }),
    notifications.subscribe('runs', { onNotify: cache.clear }),
  ];
}

/** Freshness as every read of rates needs it: read once, then only its clock moves on. */
function cachedFreshness(readFreshness: ReadFreshness, cache: ApiCache): ReadFreshness {
  return async () => {
    const { fresh, at } = await cache.load('freshness', async () => {
      const at = performance.now();
      const fresh = await readFreshness();
      return { value: { fresh, at }, lastsMs: Date.parse(fresh.until) - Date.parse(fresh.now) };
    });
    const now = new Date(Date.parse(fresh.now) + performance.now() - at).toISOString();
    return { ...fresh, now };
  };
}
