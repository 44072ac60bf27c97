import { openRequests } from '../ledger/requests.ts';
import type { Source } from '../ledger/run.ts';
import { findRun, listRuns } from '../ledger/run-history.ts';
import { watchRuns } from '../ledger/run-watch.ts';
import { type Database, openDatabase } from '../platform/database.ts';
import type { Logger } from '../platform/logger.ts';
import type { Notifications } from '../platform/notifications.ts';
import { buildApp } from './app.ts';
import { eventFeed } from './event-feed.ts';
import { bookQueries } from './loans/queries.ts';
import { pullNow } from './pull-now.ts';
import { bucketsQuery } from './queries/buckets.ts';
import { multiplication } from './queries/convert.ts';
import { currenciesQuery } from './queries/currencies.ts';
import { tableFigures } from './queries/figures.ts';
import { freshnessQuery, keptFreshness, type Slots } from './queries/freshness.ts';
import { openLetterBox } from './queries/letter-box.ts';
import { newObservations } from './queries/new-observations.ts';
import { observationsQuery } from './queries/observations.ts';
import { pairRateQueries } from './queries/pair-rates.ts';
import { pipelineQueries } from './queries/pipeline.ts';
import { statusQuery } from './queries/pipeline-status.ts';
import { rateQueries } from './queries/rates.ts';
import { readyAnswers } from './ready-answers.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { type Listening, listenOn } from './server.ts';

export interface ApiDeps {
  db: Database;
  databaseUrl: string;
  notifications: Notifications;
  source: Source;
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
    letters: openLetterBox(db),
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
