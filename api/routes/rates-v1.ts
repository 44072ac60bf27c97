import { createHash, timingSafeEqual } from 'node:crypto';
import currencyCodes from 'currency-codes';
import { type Request, type Response, Router } from 'express';
import type { Requests } from '../../ledger/requests.ts';
import type { RunWatch } from '../../ledger/run-watch.ts';
import { InvalidRequest } from '../../platform/errors.ts';
import { onlyMethods } from '../problem.ts';
import type { Rate, RateQueries } from '../queries/rates.ts';

export interface RatesV1Deps {
  rates: RateQueries;
  requests: Requests;
  runs: RunWatch;
  currencies: readonly string[];
  apiToken: string | undefined;
}

/** How long a trigger waits for its rows before it is told to come back. */
const WAIT_MS = 10_000;
const DAY_MS = 86_400_000;

/** The old system's interface, frozen: its paths, its names, its shapes. */
export function ratesV1Routes({ rates, requests, runs, currencies, apiToken }: RatesV1Deps): Router {
  const router = Router();

  router.get('/v1/rates', async (req, res) => {
    const rows = await rates.byDay(wantedCurrencies(req.query, currencies));
    res.type('application/json').send(`[${rows.map(elementOf).join(',')}]`);
  });
  router.all('/v1/rates', onlyMethods('GET', 'HEAD'));

  const update = async (req: Request, res: Response) => {
    requireToken(req, apiToken);
    res.set('Cache-Control', 'no-store');
    const runId = await requests.request();
    const outcome = await runs.outcome(runId, WAIT_MS);
    if (outcome.state === 'done') res.json({ success: true });
    else if (outcome.state === 'refused') res.status(400).json({ success: false, detail: outcome.detail });
    else res.status(202).location(`/v2/runs/${runId}`).json({ success: false, detail: 'still running' });
  };
  // Express would send HEAD to the GET handler, and a probe would cost a pull.
  router.head('/v1/rates/update', onlyMethods('GET', 'POST'));
  router.get('/v1/rates/update', update);
  router.post('/v1/rates/update', update);
  router.all('/v1/rates/update', onlyMethods('GET', 'POST'));
  return router;
}

function wantedCurrencies(query: Request['query'], known: readonly string[]): readonly string[] {
  for (const name of Object.keys(query)) {
    if (name !== 'currency') throw new InvalidRequest(`unknown parameter ${name}: the known one is currency`);
  }
  const { currency } = query;
  if (currency === undefined) return known;
  const wanted = typeof currency === 'string' ? currency.trim().toUpperCase() : '';
  if (!known.includes(wanted)) {
    throw new InvalidRequest(`currency: expected one of ${known.join(', ')}, got ${JSON.stringify(currency).slice(0, 80)}`);
  }
  return [wanted];
}

/** One element of the old shape, written by hand: JSON.stringify would pass the rates through a double and lose digits. */
function elementOf(rate: Rate): string {
  const timestamp = rate.fetched_at.slice(0, 10) === rate.rate_date ? rate.fetched_at : rate.observed_at;
  return (
    `{"id":${idOf(rate)},"timestamp":${JSON.stringify(timestamp)},"currency_from":"${rate.base_currency}",` +
    `"USD_to_currency_rate":${rate.inverse},"currency_to_USD_rate":${rate.mid},"currency_to":"${rate.quote_currency}"}`
  );
}

/** Days since 1970-01-01, then the currency's ISO 4217 number: the same whenever the same day is stored again. */
function idOf({ rate_date, quote_currency }: Rate): number {
  const days = Date.parse(`${rate_date}T00:00:00Z`) / DAY_MS;
  return days * 1000 + Number(currencyCodes.code(quote_currency)?.number);
}

function requireToken(req: Request, apiToken: string | undefined): void {
  if (apiToken === undefined) return;
  const given = /^Bearer (.+)$/.exec(req.get('authorization') ?? '')?.[1] ?? '';
  const digest = (text: string) => createHash('sha256').update(text).digest();
  if (!timingSafeEqual(digest(given), digest(apiToken))) {
    throw new InvalidRequest('expected the header Authorization: Bearer API_TOKEN', { status: 401 });
  }
}
