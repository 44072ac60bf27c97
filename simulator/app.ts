import { createHash } from 'node:crypto';
import express, {
  type ErrorRequestHandler,
  type Express,
  type RequestHandler,
  type Response,
  Router,
} from 'express';
import type { Fault } from '../platform/simulated-fault.ts';
import { accountInfo, currencies } from './account-endpoints.ts';
import { type FaultSwitch, faultRoutes, refuse, sendBadly, spoiled } from './faults.ts';
import { type FaceSettings, openExchangeRatesFace } from './openexchangerates.ts';
import type { Quota } from './quota.ts';
import {
  convertFrom,
  convertTo,
  historicPeriod,
  historicRate,
  monthlyAverage,
} from './rate-endpoints.ts';
import {
  CODE,
  type Endpoint,
  type EndpointResponse,
  errorBody,
  jsonText,
  type Mode,
  XeError,
} from './xe-format.ts';

/**
 * Lets a call through that carries the account's id and key by HTTP Basic; anything else gets XE's
 * 401, code 1.
 */
function basicAuth({ accountId, apiKey }: { accountId: string; apiKey: string }): RequestHandler {
  return (req, res, next) => {
    const [scheme = '', encoded = ''] = (req.headers.authorization ?? '').split(' ');
    const given = Buffer.from(encoded, 'base64').toString('utf8');
    if (scheme.toLowerCase() === 'basic' && given === `${accountId}:${apiKey}`) return next();
    res.set('WWW-Authenticate', 'Basic realm="XE API simulator"');
    throw new XeError(401, 'Bad credentials', CODE.ofCredentials);
  };
}

/** The faces of other providers by the provider's name; each is mounted under `/NAME/`. */
export const FACES: Readonly<Record<string, (settings: FaceSettings) => Router>> = {
  openexchangerates: openExchangeRatesFace,
};

interface AppSettings {
  readonly mode: Mode;
  readonly now: () => Date;
  readonly quota: Quota;
  readonly faults: FaultSwitch;
  /** Quota and faults of each of FACES. */
  readonly faces: Readonly<Record<string, { quota: Quota; faults: FaultSwitch }>>;
  /** Whether responses say that they are simulated; only tests leave it out. */
  readonly isMarked: boolean;
  readonly accountId: string;
  readonly apiKey: string;
}

/** Builds the HTTP side without listening: authentication, endpoints, billing, errors. */
export function buildApp(settings: AppSettings): Express {
  const app = express().set('x-powered-by', false).set('etag', false);
  app.use((_req, res, next) => {
    // The client marks every row that came with this header as simulated, whatever its settings
    // say.
    if (settings.isMarked) res.set('X-Simulator', '1');
    next();
  });
  // Ours, not XE's: no credentials, which an in-process simulator keeps to itself.
  app.use('/simulator', faultRoutes(settings.faults));
  const { apiKey: appId, now } = settings;
  for (const [name, face] of Object.entries(settings.faces))
    app.use(`/${name}`, FACES[name]?.({ appId, now, ...face }) ?? []);
  app.use(basicAuth(settings));
  app.use((req, res, next) => {
    if (req.method === 'GET') return next();
    res.set('Allow', 'GET');
    throw new XeError(405, `${req.method} is not supported: every endpoint is GET`);
  });
  app.use('/v1', endpoints(settings));
  app.use((req) => {
    throw new XeError(404, `The simulator has no ${req.path}`);
  });
  app.use(sendError(settings.quota));
  return app;
}

const FREE = new Set(['account_info', 'currencies']);

function endpoints({ quota, faults, mode, now }: AppSettings): Router {
  const router = Router();
  const table: Record<string, Endpoint> = {
    account_info: accountInfo(quota),
    convert_from: convertFrom,
    convert_to: convertTo,
    currencies,
    historic_rate: historicRate,
    'historic_rate/period': historicPeriod,
    monthly_average: monthlyAverage,
  };
  for (const [name, endpoint] of Object.entries(table)) {
    router.get([`/${name}`, `/${name}.json`], (req, res) => {
      const at = now();
      // Free endpoints never fail, so that a fault for n fetches meets n fetches of rates.
      const fault = FREE.has(name) ? 'none' : faults.next();
      if (!FREE.has(name)) quota.countFetch();
      if (!refuse(req, res, { fault, now: at }))
        send(res, endpoint({ query: req.query, now: at, mode }), { quota, fault, now: at });
    });
    router.get([`/${name}.csv`, `/${name}.xml`], () => {
      throw new XeError(400, 'The simulator speaks only json');
    });
  }
  return router;
}

/** Bills a response, then sends it. XE does not say what a 304 costs: here the same. */
function send(
  res: Response,
  { body, rates, lastModified }: EndpointResponse,
  { quota, fault, now }: { quota: Quota; fault: Fault; now: Date },
): void {
  if (!quota.spend(rates)) {
    res.set('Retry-After', String(quota.secondsToReset()));
    throw new XeError(
      429,
      `The response holds ${rates} rates but the package has ${quota.remaining()} left`,
    );
  }
  const text = spoiled(jsonText(body), fault, now);
  res.set({ ...quota.headers(), 'Cache-Control': 'private, max-age=60' }).type('json');
  if (lastModified !== undefined) {
    const tag = createHash('sha256').update(text).digest('hex').slice(0, 32);
    res.set({ ETag: `"${tag}"`, 'Last-Modified': lastModified.toUTCString() });
  }
  if (fault === 'drip' || fault === 'reset') sendBadly(res, text, fault);
  else res.send(text);
}

function sendError(quota: Quota): ErrorRequestHandler {
  return (error, _req, res, _next) => {
    const known = error instanceof XeError;
    // The client sees what XE would say; a bug of the simulator shows on its own stderr.
    if (!known) process.emitWarning(error);
    const refusal = known ? error : new XeError(500, 'An unexpected error occurred', 0);
    // A refusal may have set its own reset time.
    const said = Object.entries(quota.headers()).filter(([name]) => !res.hasHeader(name));
    if (refusal.status !== 401) res.set(Object.fromEntries(said));
    res.status(refusal.status).json(errorBody(refusal));
  };
}
