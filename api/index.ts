import type { Account } from '../ledger/credentials.ts';
import { openDeadLetterAdmin } from '../ledger/dead-letters.ts';
import { freshnessQuery, type Slots } from '../ledger/freshness.ts';
import { pipelineQueries } from '../ledger/pipeline-health.ts';
import { openRequests } from '../ledger/requests.ts';
import { findRun, listRuns } from '../ledger/run-history.ts';
import { watchRuns } from '../ledger/run-watch.ts';
import { tableFigures } from '../ledger/table-metrics.ts';
import { type Database, openDatabase } from '../platform/database.ts';
import type { Logger } from '../platform/logger.ts';
import type { Notifications } from '../platform/notifications.ts';
import { buildApp } from './app.ts';
import { readyAnswers } from './http/caching.ts';
import { SECURITY_HEADERS } from './http/security-headers.ts';
import { type Listening, listenOn } from './http/server.ts';
import { bookQueries } from './loans/queries.ts';
import { statusQuery } from './pipeline/status.ts';
import { pullNow } from './pipeline/trigger.ts';
import { bucketsQuery } from './rates/buckets.ts';
import { multiplication } from './rates/convert.ts';
import { currenciesQuery } from './rates/currencies.ts';
import { eventFeed } from './rates/event-stream.ts';
import { keptFreshness } from './rates/kept-freshness.ts';
import { newObservations } from './rates/new-observations.ts';
import { observationsQuery } from './rates/observations.ts';
import { pairRateQueries } from './rates/pair-rates.ts';
import { rateQueries } from './rates/rates-by-day.ts';

export interface ApiDeps extends Account {
  db: Database;
  databaseUrl: string;
  notifications: Notifications;
  currencies: readonly string[];
  slots: Slots;
  dailyBudget: number;
  cooldownSeconds: number;
  apiToken: string | undefined;
  rateLimitPerMinute: number | undefined;
  trustProxy: number;
  consoleUrl: string | undefined;
  host: string;
  port: number;
  log: Logger;
}

/** Whoever reads the book takes the time of a report, and no connection from those who ask for a rate. */
const REPORTS_AT_ONCE = 3;

/** Starts answering HTTP requests from what is stored. What it waits for on behalf of people it hears from the database. */
export async function startApi(deps: ApiDeps): Promise<Listening> {
  const { db, databaseUrl: url, notifications, source, currencies, host, port, log } = deps;
  const requests = openRequests({ db, source, currencies, cooldownSeconds: deps.cooldownSeconds });
  const ready = readyAnswers();
  const feed = eventFeed({ observations: newObservations(db), log });
  const freshness = freshnessQuery(db, deps);
  const pipeline = pipelineQueries(db, source);
  const reports = openDatabase({
    url,
    name: 'reports',
    deadlines: 'report',
    poolSize: REPORTS_AT_ONCE,
  });
  const runs = watchRuns({ notifications, find: requests.find });
  // What is ready goes before the followers are told of the new rate: they may come and ask at once.
  const landed = () => {
    ready.drop();
    feed.wake();
  };
  const unsubscribe = [
    notifications.subscribe('rates', {
      onNotify: landed,
      onConnect: () => ready.hearing(true),
      onLost: () => ready.hearing(false),
    }),
    notifications.subscribe('runs', { onNotify: ready.drop }),
    runs.stop,
  ];
  const app = buildApp({
    ...deps,
    pull: pullNow({ requests, runs, ready }),
    ready,
    feed,
    freshness: keptFreshness(freshness, ready),
    pipeline,
    rates: rateQueries(db),
    pairRates: pairRateQueries(db),
    buckets: bucketsQuery(db),
    observations: observationsQuery(db),
    multiply: multiplication(db),
    currencyDays: currenciesQuery(db, currencies),
    status: statusQuery({ ...deps, freshness, pipeline }),
    listRuns: (page) => listRuns(db, page),
    findRun: (runId) => findRun(db, runId),
    letters: openDeadLetterAdmin(db),
    book: bookQueries(db, reports),
    figures: tableFigures(db, deps),
  });
  const server = await listenOn(app, { host, port, headers: SECURITY_HEADERS }).catch(
    async (error: Error) => {
      for (const end of unsubscribe) end();
      await reports.destroy();
      feed.stop();
      throw error;
    },
  );
  return {
    url: server.url,
    stop: async () => {
      feed.stop();
      await server.stop();
      for (const end of unsubscribe) end();
      await reports.destroy();
    },
  };
}
