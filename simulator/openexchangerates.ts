import { type ErrorRequestHandler, type Response, Router } from 'express';
import type { Fault } from '../platform/simulated-fault.ts';
import { textOf } from './conversion.ts';
import { CURRENCIES, type Currency } from './currencies.ts';
import { type FaultSwitch, refuse, sendBadly } from './faults.ts';
import { decimalText, secondUsdRate } from './prices.ts';
import type { Quota } from './quota.ts';
import { DAY, HOUR, type JsonObject, jsonText, XeError } from './xe-format.ts';

/** What the face of a provider needs, whose only credential is `appId`. */
export interface FaceSettings {
  readonly appId: string;
  readonly now: () => Date;
  /** Counts calls: a call costs one, whatever it holds. */
  readonly quota: Quota;
  readonly faults: FaultSwitch;
}

/** Rates have six decimals, and the free plan refreshes them every hour. */
const PLACES = 6;
const LEGAL = {
  disclaimer: 'Usage subject to terms: https://openexchangerates.org/terms',
  license: 'https://openexchangerates.org/license',
};
const MESSAGES: Record<number, string> = {
  400: 'invalid_base',
  401: 'invalid_app_id',
  403: 'access_restricted',
  404: 'not_found',
  429: 'access_restricted',
};

/**
 * A look-alike of Open Exchange Rates on the same walk as XE's face, 0 to 0.4 % above it:
 * `latest.json`, `historical/YYYY-MM-DD.json` and `usage.json`.
 */
export function openExchangeRatesFace(settings: FaceSettings): Router {
  const { appId, now, quota, faults } = settings;
  const router = Router();
  router.use((req, _res, next) => {
    const given = textOf(req.query, 'app_id') ?? req.headers.authorization?.replace(/^Token /, '');
    if (given !== appId) throw new XeError(401, 'Invalid App ID provided');
    next();
  });
  router.get('/usage.json', (_req, res) => {
    res.json({ status: 200, data: usageOf(quota, now()) });
  });
  router.get(['/latest.json', '/historical/:day.json'], (req, res) => {
    const at = now();
    const fault = faults.next();
    quota.countFetch();
    if (fault === 'error-200') return void res.json(errorBody(200, 'An error with status 200'));
    if (fault !== 'unknown-currency' && refuse(req, res, { fault, now: at })) return;
    const moment = momentOf((req.params as { day?: string }).day, at);
    if ((textOf(req.query, 'base') ?? 'USD') !== 'USD')
      throw new XeError(400, 'The simulator has base USD only');
    if (!quota.spend(1)) throw new XeError(429, 'Access restricted for repeated over-use');
    const asked = textOf(req.query, 'symbols')?.toUpperCase().split(',');
    const chosen = CURRENCIES.filter(({ iso }) => !asked || asked.includes(iso));
    const text = spoiled(jsonText(bodyOf(chosen, moment)), fault, at);
    res.type('json');
    if (fault === 'drip' || fault === 'reset') sendBadly(res, text, fault);
    else res.send(text);
  });
  router.use((req) => {
    throw new XeError(404, `The simulator has no ${req.path}`);
  });
  router.use(sendError);
  return router;
}

function bodyOf(currencies: readonly Currency[], at: Date): JsonObject {
  const rates = currencies.map((currency) => [
    currency.iso,
    { digits: decimalText(secondUsdRate(currency, at), PLACES) },
  ]);
  const timestamp = Math.floor(at.getTime() / 1000);
  return { ...LEGAL, timestamp, base: 'USD', rates: Object.fromEntries(rates) };
}

/** The last hour, or the last second of a past day. */
function momentOf(day: string | undefined, now: Date): Date {
  const hour = new Date(now.getTime() - (now.getTime() % HOUR));
  if (day === undefined) return hour;
  const start = Date.parse(`${day}T00:00:00Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(start) || start > now.getTime())
    throw new XeError(400, `no rates of ${day}`);
  return new Date(Math.min(start + DAY - 1000, hour.getTime()));
}

function usageOf(quota: Quota, now: Date) {
  const days = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 0)).getUTCDate();
  const requests = quota.limit - quota.remaining();
  return {
    app_id: 'SIMULATED',
    status: 'active',
    plan: {
      name: 'SIMULATOR_NO_REAL_DATA',
      quota: `${quota.limit} requests / month`,
      update_frequency: '3600s',
      features: { base: false, symbols: true, experimental: true, 'time-series': false },
    },
    usage: {
      requests,
      requests_quota: quota.limit,
      requests_remaining: quota.remaining(),
      days_elapsed: now.getUTCDate() - 1,
      days_remaining: days - now.getUTCDate() + 1,
      daily_average: Math.round(requests / now.getUTCDate()),
    },
  };
}

/** Turns the text of a good response into a wrong one, for the faults that do so. */
function spoiled(text: string, fault: Fault, now: Date): string {
  const first = /"[A-Z]{3}":[\d.]+/.exec(text)?.[0] ?? '';
  const [code = '', digits = ''] = first.split(':');
  const rate = (value: string) => text.replace(first, `${code}:${value}`);
  const stamped = (ms: number) =>
    text.replace(/"timestamp":\d+/, `"timestamp":${Math.floor(ms / 1000)}`);
  const wrong: Partial<Record<Fault, () => string>> = {
    truncated: () => text.slice(0, Math.floor(text.length * 0.7)),
    'missing-currency': () => text.replace(`${first},`, ''),
    'unknown-currency': () => text.replace(`${first},`, ''),
    'extra-currency': () => text.replace(first, `"ZAR":17.300001,${first}`),
    'duplicate-currency': () => text.replace(first, `${first},${code}:1.5`),
    'wrong-base': () => text.replace('"base":"USD"', '"base":"EUR"'),
    'mid-zero': () => rate('0.000000'),
    'mid-negative': () => rate('-1.5'),
    'mid-nan': () => rate('"NaN"'),
    'mid-null': () => rate('null'),
    'mid-string': () => rate(`"${digits}"`),
    'mid-1e308': () => rate('1e308'),
    stale: () => stamped(now.getTime() - 25 * HOUR),
    future: () => stamped(now.getTime() + 2 * DAY),
  };
  return wrong[fault]?.() ?? text;
}

const errorBody = (status: number, description: string) => ({
  error: true,
  status,
  message: MESSAGES[status] ?? 'error',
  description,
});

const sendError: ErrorRequestHandler = (error, _req, res: Response, _next) => {
  const known = error instanceof XeError;
  if (!known) process.emitWarning(error);
  const { status, message } = known ? error : new XeError(500, 'An unexpected error occurred');
  res.status(status).json(errorBody(status, message));
};
