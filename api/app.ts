import type { RequestListener } from 'node:http';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import type { Logger } from '../platform/logger.ts';
import { metrics } from '../platform/metrics.ts';
import { guideRoutes } from './docs/guide.ts';
import { servePrefix } from './http/base-path.ts';
import { type CachedResponse, cacheKey, sendCached } from './http/caching.ts';
import { readContract } from './http/contract.ts';
import { parseSuffix } from './http/formats.ts';
import { type OperationDeps, routeOperations } from './http/operations.ts';
import { answerNotFound, type ErrorDeps, handleErrors, Refused } from './http/problems.ts';
import { SECURITY_HEADERS } from './http/server.ts';
import type { BookQueries } from './loans/queries.ts';
import { loansHandlers } from './loans/routes.ts';
import { type DashboardDeps, dashboardRoutes, docsRoutes } from './pages.ts';
import {
  type PipelineDeps,
  pipelineHandlers,
  type ServiceDeps,
  serviceHandlers,
} from './pipeline/routes.ts';
import { rateDetailsHandlers } from './rates/details.ts';
import { type EventStream, eventHandlers } from './rates/event-stream.ts';
import { type RatesDeps, ratesHandlers } from './rates/routes.ts';
import { type V1Deps, v1Routes } from './v1.ts';

export interface AppDeps
  extends V1Deps,
    RatesDeps,
    PipelineDeps,
    DashboardDeps,
    ErrorDeps,
    Omit<OperationDeps, 'contract'>,
    Omit<ServiceDeps, 'contract'> {
  events: EventStream;
  book: BookQueries;
  rateLimitPerMinute: number | undefined;
  /** The number of reverse proxies in front; each adds its client to X-Forwarded-For. */
  trustProxy: number;
  /** The path prefix under which a proxy serves the API, such as /fx; '' for none. */
  basePath: string;
}

/** Builds the whole HTTP interface, without listening. */
export function buildApp(appDeps: AppDeps): RequestListener {
  const deps = { ...appDeps, contract: readContract() };
  const { rateLimitPerMinute, trustProxy } = deps;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', trustProxy);
  if (rateLimitPerMinute !== undefined) {
    const send = fromCache(deps);
    app.use(setSecurityHeaders, limitRate(rateLimitPerMinute), (req, res, next) => {
      if (!send(req, res)) next();
    });
  }
  app.use(setSecurityHeaders);
  // Before the routes of the API: a visit starts with a dozen files.
  app.use(dashboardRoutes(deps));
  app.use(parseSuffix);
  app.use(v1Routes(deps));
  const handlers = {
    ...ratesHandlers(deps),
    ...rateDetailsHandlers(deps),
    ...pipelineHandlers(deps),
    ...eventHandlers(deps.events),
    ...loansHandlers(deps.book),
    ...serviceHandlers(deps),
  };
  app.use(routeOperations(deps, handlers));
  app.use(docsRoutes(), guideRoutes());
  app.use(answerNotFound);
  app.use(handleErrors(deps));
  return listener(app, deps);
}

/**
 * Measures a request and sends what is cached; all else goes through Express, which takes three
 * times as long as sending a cached response. A rate limit counts cached responses too.
 */
function listener(app: Express, deps: AppDeps): RequestListener {
  const measure = measureRequests(deps.log);
  const readPrefix = servePrefix(deps);
  const send = deps.rateLimitPerMinute === undefined ? fromCache(deps) : null;
  return (request, response) => {
    const [req, res] = [request as Request, response as Response];
    res.locals = {};
    req.originalUrl = req.url;
    measure(req, res);
    readPrefix(req, res);
    if (!send?.(req, res)) app(req, res);
  };
}

const HEADERS = Object.entries(SECURITY_HEADERS);

const setSecurityHeaders: RequestHandler = (_req, res, next) => {
  for (const [name, value] of HEADERS) res.setHeader(name, value);
  next();
};

function fromCache({ cache }: Pick<AppDeps, 'cache'>) {
  return (req: Request, res: Response): boolean => {
    const cached = req.method === 'GET' ? cache.get<CachedResponse>(cacheKey(req, res)) : null;
    if (!cached) return false;
    res.locals['route'] = cached.route;
    sendCached(req, res, cached);
    return true;
  };
}

/** Health probes, and the static files of the pages, of which one visit needs a dozen. */
const NOT_LIMITED = /^\/(livez|readyz|metrics|docs(\/.*)?|dashboard\/.*)?$/;

function limitRate(perMinute: number): RequestHandler {
  return rateLimit({
    limit: perMinute,
    windowMs: 60_000,
    standardHeaders: 'draft-7',
    legacyHeaders: false,
    skip: ({ path }) => NOT_LIMITED.test(path),
    keyGenerator: ({ ip = '' }) => ipKeyGenerator(withoutPort(ip)),
    handler: (_req, _res, next) =>
      next(new Refused('too-many-requests', `more than ${perMinute} requests in a minute`)),
  });
}

/** Some proxies write `address:port` into X-Forwarded-For: one client, whatever the port. */
function withoutPort(ip: string): string {
  const [, v6, v4] = /^\[([^\]]+)\](?::\d+)?$|^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(ip) ?? [];
  return v6 ?? v4 ?? ip;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);

/** Measures every request by the template of its route, so that addresses never become labels. */
function measureRequests(log: Logger) {
  return (req: Request, res: Response): void => {
    const began = performance.now();
    res.once('close', () => {
      const seconds = (performance.now() - began) / 1000;
      const { method, originalUrl } = req;
      const route = (res.locals['route'] as string | undefined) ?? 'none';
      const status = res.statusCode;
      metrics.requestSeconds.observe(
        { method: METHODS.has(method) ? method : 'other', route, status },
        seconds,
      );
      // At debug level only: an address may hold personal data.
      if (log.isLevelEnabled('debug'))
        log.debug({ method, url: originalUrl.slice(0, 500), status, seconds }, 'request');
    });
  };
}
