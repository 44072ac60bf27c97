import { createHash } from 'node:crypto';
import express, { type ErrorRequestHandler, type Express, type Response, Router } from 'express';
import type { Fault } from '../platform/simulated-fault.ts';
import { accountInfo } from './account-info.ts';
import type { Answer, Endpoint } from './answer.ts';
import { basicAuth } from './basic-auth.ts';
import { convertFrom, convertTo } from './convert.ts';
import { currencies } from './currencies.ts';
import type { FaultSwitch } from './fault.ts';
import { faultRoutes } from './fault-routes.ts';
import { sendBadly, spoiled } from './faulty-answer.ts';
import { historicPeriod } from './historic-period.ts';
import { historicRate } from './historic-rate.ts';
import { jsonText } from './json-text.ts';
import { monthlyAverage } from './monthly-average.ts';
import type { Quota } from './quota.ts';
import { refuse } from './refusal.ts';
import type { Mode } from './timestamp.ts';
import { errorBody, XeError } from './xe-error.ts';

interface AppSettings {
  readonly mode: Mode;
  readonly now: () => Date;
  readonly quota: Quota;
  readonly faults: FaultSwitch;
  readonly accountId: string;
  readonly apiKey: string;
}

/** Builds the HTTP side, which never listens: who asks, which endpoint, what it costs, how the answer is written. */
export function buildApp(settings: AppSettings): Express {
  const app = express().set('x-powered-by', false).set('etag', false);
  app.use((_req, res, next) => {
    // The client marks every row that came with this header as simulated, whatever its settings say.
    res.set('X-Simulator', '1');
    next();
  });
  // Ours, not XE's: no credentials, which an in-process simulator keeps to itself.
  app.use('/simulator', faultRoutes(settings.faults));
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
  app.use(answerError(settings.quota));
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
      // What costs nothing answers as ever, so that a fault for so many questions meets those for rates.
      const fault = FREE.has(name) ? 'none' : faults.next();
      if (!FREE.has(name)) quota.asked();
      if (!refuse(req, res, { fault, now: at }))
        send(res, endpoint({ query: req.query, now: at, mode }), { quota, fault, now: at });
    });
    router.get([`/${name}.csv`, `/${name}.xml`], () => {
      throw new XeError(400, 'The simulator speaks only json');
    });
  }
  return router;
}

/** Bills an answer, then writes it. A 304 costs the same as the answer it stands for: XE does not say, so the dearer. */
function send(
  res: Response,
  { body, rates, lastModified }: Answer,
  { quota, fault, now }: { quota: Quota; fault: Fault; now: Date },
): void {
  if (!quota.spend(rates)) {
    res.set('Retry-After', String(quota.secondsToReset()));
    throw new XeError(
      429,
      `The answer holds ${rates} rates but the package has ${quota.remaining()} left`,
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

function answerError(quota: Quota): ErrorRequestHandler {
  return (error, _req, res, _next) => {
    const known = error instanceof XeError;
    // The caller sees what XE would say; whoever runs the simulator has to see the fault itself.
    if (!known) process.emitWarning(error);
    const refusal = known ? error : new XeError(500, 'An unexpected error occurred', 0);
    // A refusal may have said itself when it wants to be asked again.
    const said = Object.entries(quota.headers()).filter(([name]) => !res.hasHeader(name));
    if (refusal.status !== 401) res.set(Object.fromEntries(said));
    res.status(refusal.status).json(errorBody(refusal));
  };
}
