import currencyCodes from 'currency-codes';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Outcome } from '../ledger/run.ts';
import type { Database } from '../platform/database.ts';
import { query, sqlFile } from '../platform/sql.ts';
import { prefixOf } from './http/base-path.ts';
import {
  type ApiCache,
  CACHE_MS,
  cacheHeaders,
  cacheKey,
  compressFor,
  sendCached,
  sendOnce,
} from './http/caching.ts';
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
import type { TriggerUpdate } from './pipeline/routes.ts';

export interface V1Deps extends TokenSettings {
  db: Database;
  trigger: TriggerUpdate;
  cache: ApiCache;
  limit: LimitConcurrency;
  currencies: readonly string[];
}
/** A trigger waits this long for its rates before it says where to look. */
const WAIT_MS = 10_000;
type Refusal = Extract<Outcome, { state: 'refused' }>;

const RATES_PATH = '/v1/rates';
const UPDATE_PATH = '/v1/rates/update';
const RATES = sqlFile(import.meta.url, 'sql/v1_rates.sql');

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
      const numbers = currencies.map((code) => Number(currencyCodes.code(code)?.number));
      const years = await withRequestTimeout(
        query<{ elements: string }>(db, RATES, { currencies, numbers }),
      );
      const body = Buffer.from(`[${years.map(({ elements }) => elements).join()}]`);
      const headers = {
        ...cacheHeaders(res, body, { isFinal: false }),
        'Content-Type': 'application/json; charset=utf-8',
        'Content-Length': String(body.length),
      };
      const value = { body, headers, route: RATES_PATH };
      await compressFor(req.headers['accept-encoding'], value);
      return { value, lastsMs: CACHE_MS };
    };
    sendCached(req, res, await cache.load(cacheKey(req, res), () => limit(build)));
  };
}

function updateHandler({ trigger }: V1Deps) {
  return async (_req: Request, res: Response) => {
    const { runId, outcome, nextFetchAt } = await trigger(WAIT_MS);
    const send = (status: number, body: object) => sendOnce(res, JSON.stringify(body), {}, status);
    if (outcome.state === 'done') return send(200, { success: true });
    if (outcome.state === 'refused')
      return send(400, { success: false, detail: detailOf(outcome, nextFetchAt) });
    res.location(`${prefixOf(res)}/v2/runs/${runId}`);
    send(202, { success: false, detail: 'still running' });
  };
}

/** Within the cooldown the failure is that of an earlier run. */
function detailOf({ detail, endedAt }: Refusal, nextFetchAt: string | null): string {
  if (!endedAt || !nextFetchAt) return detail;
  const [ended, next] = [endedAt, nextFetchAt].map((at) => at.slice(11, 19));
  return `${detail}; result of the run of ${ended} UTC, the next fetch is possible at ${next} UTC`;
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
