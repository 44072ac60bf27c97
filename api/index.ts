import type { Account } from '../ledger/credentials.ts';
import { openDeadLetterAdmin } from '../ledger/dead-letters.ts';
import { type FreshnessSettings, openFreshness, type ReadFreshness } from '../ledger/freshness.ts';
import { readHealthProblems } from '../ledger/health.ts';
import { openRequests } from '../ledger/requests.ts';
import { findRun, listRuns } from '../ledger/run-history.ts';
import { watchRuns } from '../ledger/run-watch.ts';
import { openTableMetrics } from '../ledger/table-metrics.ts';
import { type Database, openDatabase } from '../platform/database.ts';
import type { Logger } from '../platform/logger.ts';
import type { Notifications } from '../platform/notifications.ts';
import { buildApp } from './app.ts';
import { type ApiCache, openCache } from './http/caching.ts';
import { limitConcurrency } from './http/concurrency.ts';
import { accessCheck } from './http/security.ts';
import { type Listening, listenOn } from './http/server.ts';
import { bookQueries } from './loans/queries.ts';
import { statusReader } from './pipeline/status.ts';
import { updateTrigger } from './pipeline/trigger.ts';
import { EventStream } from './rates/event-stream.ts';
import { rateQueries } from './rates/queries.ts';

export interface ApiDeps extends Account, FreshnessSettings {
  db: Database;
  databaseUrl: string;
  notifications: Notifications;
  dailyBudget: number;
  cooldownSeconds: number;
  apiToken: string | undefined;
  rateLimitPerMinute: number | undefined;
  trustProxy: number;
  basePath: string;
  keepAliveSeconds: number;
  publicMetrics: boolean;
  consoleUrl: string | undefined;
  host: string;
  port: number;
  log: Logger;
}

/** Reports get their own pool: they take long and must not block requests for rates. */
const REPORT_CONNECTIONS = 3;

/** Starts the HTTP API. It reads tables, and learns of changes by notifications. */
export async function startApi(deps: ApiDeps): Promise<Listening> {
  const { db, databaseUrl: url, notifications, log } = deps;
  const requests = openRequests(deps);
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
  const readFreshness = openFreshness(db, deps);
  const app = buildApp({
    ...deps,
    cache,
    limit: limitConcurrency(),
    trigger: updateTrigger({ requests, runs, cache }),
    events,
    rates: rateQueries(db),
    readFreshness: cachedFreshness(readFreshness, cache),
    readStatus: statusReader({ ...deps, readFreshness }),
    readProblems: () => readHealthProblems(db, readFreshness),
    updateMetrics: openTableMetrics(db, deps),
    seesDetails: accessCheck(deps),
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
    const server = await listenOn(app, deps);
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
