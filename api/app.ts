import express, { type Express, type RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import type { DeadLetterAdmin } from '../ledger/dead-letters.ts';
import type { Logger } from '../platform/logger.ts';
import { type DashboardDeps, dashboardRoutes } from './dashboard.ts';
import { docsRoutes } from './docs/routes.ts';
import { readContract } from './http/contract.ts';
import { observe } from './http/observe.ts';
import { type OperationDeps, operationsOf, suffixes } from './http/operations.ts';
import { notFound, problems, Refused } from './http/problems.ts';
import { SECURITY_HEADERS } from './http/security-headers.ts';
import type { BookQueries } from './loans/queries.ts';
import { loansHandlers } from './loans/routes.ts';
import { deadLettersHandlers } from './pipeline/dead-letters.ts';
import { type PipelineDeps, pipelineHandlers } from './pipeline/routes.ts';
import { type ServiceDeps, serviceHandlers } from './pipeline/service.ts';
import type { EventFeed } from './rates/event-stream.ts';
import { eventsHandlers } from './rates/events.ts';
import { type RateDetailsDeps, rateDetailsHandlers } from './rates/rate-details.ts';
import { type RatesDeps, ratesHandlers } from './rates/routes.ts';
import { type RatesV1Deps, ratesV1Routes } from './v1.ts';

export interface AppDeps
  extends RatesV1Deps,
    RatesDeps,
    RateDetailsDeps,
    PipelineDeps,
    DashboardDeps,
    Omit<OperationDeps, 'contract'>,
    Omit<ServiceDeps, 'contract'> {
  feed: EventFeed;
  letters: DeadLetterAdmin;
  book: BookQueries;
  rateLimitPerMinute: number | undefined;
  /** How many proxies stand in front, each of which adds its client to X-Forwarded-For. */
  trustProxy: number;
  log: Logger;
}

/** The whole of the HTTP interface. Builds and never listens. */
export function buildApp(deps: AppDeps): Express {
  const { ready, log, rateLimitPerMinute, trustProxy } = deps;
  const contract = readContract();
  const of = { ...deps, contract };
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', trustProxy);
  app.use(observe(log));
  if (rateLimitPerMinute !== undefined) app.use(secured, limit(rateLimitPerMinute));
  // Before the headers are set: ready answers bring theirs along.
  app.use((req, res, next) => {
    const sent = ready.send(req, res);
    if (sent) res.locals['route'] = sent.route;
    else next();
  });
  app.use(secured);
  // Before all the routes of the API: a visit begins with a dozen files, which must not pass by each of them.
  app.use(dashboardRoutes(deps));
  app.use(suffixes);
  app.use(ratesV1Routes(deps));
  app.use(operationsOf(of, ['Rates'], { ...ratesHandlers(deps), ...rateDetailsHandlers(deps) }));
  app.use(
    operationsOf(of, ['Pipeline'], {
      ...pipelineHandlers(deps),
      ...deadLettersHandlers(deps.letters),
      ...eventsHandlers(deps.feed),
    }),
  );
  app.use(operationsOf(of, ['Loans'], loansHandlers(deps.book)));
  app.use(operationsOf(of, ['Service'], serviceHandlers(of)));
  app.use(docsRoutes());
  app.use(notFound);
  app.use(problems(log));
  return app;
}

const HEADERS = Object.entries(SECURITY_HEADERS);
const secured: RequestHandler = (_req, res, next) => {
  for (const [name, value] of HEADERS) res.setHeader(name, value);
  next();
};
const PROBES = ['/livez', '/readyz', '/metrics'];

function limit(perMinute: number) {
  return rateLimit({
    limit: perMinute,
    windowMs: 60_000,
    standardHeaders: 'draft-7',
    legacyHeaders: false,
    skip: ({ path }) => PROBES.includes(path),
    handler: (_req, _res, next) =>
      next(new Refused('too-many-requests', `more than ${perMinute} requests in a minute`)),
  });
}
