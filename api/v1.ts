import { setImmediate as yieldToOthers } from 'node:timers/promises';
import currencyCodes from 'currency-codes';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Database } from '../platform/database.ts';
import { query } from '../platform/sql.ts';
import { prefixOf } from './http/base-path.ts';
import { type ApiCache, CACHE_MS, cacheHeaders, cacheKey, sendCached } from './http/caching.ts';
import type { LimitConcurrency } from './http/concurrency.ts';
import { setRoute } from './http/operations.ts';
import { invalidParameter, Refused, refuseOtherMethods } from './http/problems.ts';
import { withRequestTimeout } from './http/request-timeout.ts';
import {
  allowAnyOrigin,
  answerPreflight,
  refuseCrossSite,
  requireToken,
  type TokenSettings,
} from './http/security.ts';
import type { TriggerUpdate } from './pipeline/trigger.ts';

export interface V1Deps extends TokenSettings {
  db: Database;
  trigger: TriggerUpdate;
  cache: ApiCache;
  limit: LimitConcurrency;
  currencies: readonly string[];
}
interface Rate {
  readonly rate_date: string;
  readonly base_currency: string;
  readonly quote_currency: string;
  readonly mid: string;
  readonly inverse: string;
  readonly observed_at: string;
  readonly fetched_at: string;
}

/** A trigger waits this long for its rates before it says where to look. */
const WAIT_MS = 10_000;
const DAY_MS = 86_400_000;
/** Rows serialized at once; other requests get their turn in between. */
const SLICE_ROWS = 2000;
const RATES_PATH = '/v1/rates';
const UPDATE_PATH = '/v1/rates/update';
const RATES_BY_DAY = `
  select rate_date, base_currency, quote_currency, mid, inverse, observed_at, fetched_at
  from rates
  where base_currency = 'USD' and quote_currency = any(:currencies)
  order by rate_date, quote_currency`;

/** The old system's interface, frozen: its paths, names and shapes. */
export function v1Routes(deps: V1Deps): Router {
  const router = Router();
  router.use(RATES_PATH, setRoute(RATES_PATH));
  router.get(RATES_PATH, allowAnyOrigin, ratesHandler(deps));
  router.options(RATES_PATH, allowAnyOrigin, answerPreflight);
  router.all(RATES_PATH, refuseOtherMethods('GET', 'HEAD', 'OPTIONS'));

  const update = updateHandler(deps);
  const access = [setRoute(UPDATE_PATH), requireToken(deps), refuseCrossSite];
  // Express would route HEAD to the GET handler, and a probe would cost quota.
  router.head(UPDATE_PATH, refuseOtherMethods('GET', 'POST'));
  router.get(UPDATE_PATH, ...access, update);
  router.post(UPDATE_PATH, ...access, update);
  router.all(UPDATE_PATH, refuseOtherMethods('GET', 'POST'));
  return router;
}

function ratesHandler({ db, cache, limit, currencies: known }: V1Deps): RequestHandler {
  return async (req, res) => {
    const currencies = requestedCurrencies(req.query, known);
    const build = async () => {
      const rows = await withRequestTimeout(query<Rate>(db, RATES_BY_DAY, { currencies }));
      const body = await serialize(rows);
      const headers = {
        ...cacheHeaders(res, body, { isFinal: false }),
        'Content-Type': 'application/json; charset=utf-8',
        'Content-Length': String(body.length),
      };
      return { value: { body, headers, route: RATES_PATH }, lastsMs: CACHE_MS };
    };
    await sendCached(req, res, await cache.load(cacheKey(req, res), () => limit(build)));
  };
}

function updateHandler({ trigger }: V1Deps) {
  return async (_req: Request, res: Response) => {
    const { runId, outcome } = await trigger(WAIT_MS);
    if (outcome.state === 'done') return sendJson(res, 200, { success: true });
    if (outcome.state === 'refused')
      return sendJson(res, 400, { success: false, detail: outcome.detail });
    res.location(`${prefixOf(res)}/v2/runs/${runId}`);
    sendJson(res, 202, { success: false, detail: 'still running' });
  };
}

/** Without Express' handling of If-None-Match: this response is never a cached one. */
function sendJson(res: Response, status: number, body: object): void {
  res
    .writeHead(status, {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store',
    })
    .end(JSON.stringify(body));
}

function requestedCurrencies(
  params: Request['query'],
  known: readonly string[],
): readonly string[] {
  const stray = Object.keys(params)
    .find((name) => name !== 'currency')
    ?.slice(0, 80);
  if (stray !== undefined) {
    const detail = `unknown parameter ${stray}: the known one is currency`;
    const errors = [{ detail, pointer: `#/query/${stray}` }];
    throw new Refused('invalid-parameter', detail, { errors, allowed: ['currency'] });
  }
  const { currency } = params;
  if (currency === undefined) return known;
  const code = typeof currency === 'string' ? currency.trim().toUpperCase() : '';
  if (known.includes(code)) return [code];
  const got = JSON.stringify(currency).slice(0, 80);
  throw invalidParameter('currency', `use one of ${known.join(', ')} (got ${got})`, {
    allowed: known,
  });
}

async function serialize(rows: readonly Rate[]): Promise<Buffer> {
  const parts: string[] = [];
  for (let at = 0; at < rows.length; at += SLICE_ROWS) {
    if (at > 0) await yieldToOthers();
    parts.push(
      rows
        .slice(at, at + SLICE_ROWS)
        .map(toElement)
        .join(','),
    );
  }
  return Buffer.from(`[${parts.join(',')}]`);
}

/** Written by hand: JSON.stringify would pass the rates through a double and lose digits. */
function toElement(rate: Rate): string {
  const isSameDay = rate.fetched_at.slice(0, 10) === rate.rate_date;
  const timestamp = isSameDay ? rate.fetched_at : rate.observed_at;
  return (
    `{"id":${idOf(rate)},"timestamp":${JSON.stringify(timestamp)},` +
    `"currency_from":"${rate.base_currency}","USD_to_currency_rate":${rate.inverse},` +
    `"currency_to_USD_rate":${rate.mid},"currency_to":"${rate.quote_currency}"}`
  );
}

/** Days since 1970-01-01, then the currency's ISO 4217 number: stable under replay. */
function idOf({ rate_date, quote_currency }: Rate): number {
  const days = Date.parse(`${rate_date}T00:00:00Z`) / DAY_MS;
  return days * 1000 + Number(currencyCodes.code(quote_currency)?.number);
}
