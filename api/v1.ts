import currencyCodes from 'currency-codes';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { headersSet, READY_MS, type ReadyAnswers, sendReady } from './http/caching.ts';
import { validators } from './http/formats.ts';
import { everybodysPages, named, preflight } from './http/operations.ts';
import { onlyMethods, Refused } from './http/problems.ts';
import { inTime } from './http/request-timeout.ts';
import { guard, sameSite } from './http/security.ts';
import type { PullNow } from './pipeline/trigger.ts';
import type { Rate, RateQueries } from './rates/rates-by-day.ts';

export interface RatesV1Deps {
  rates: RateQueries;
  pull: PullNow;
  ready: ReadyAnswers;
  currencies: readonly string[];
  apiToken: string | undefined;
  host: string;
}

/** How long a trigger waits for its rows before it is told to come back. */
const WAIT_MS = 10_000;
const DAY_MS = 86_400_000;

/** The old system's interface, frozen: its paths, its names, its shapes. */
export function ratesV1Routes({
  rates,
  pull,
  ready,
  currencies,
  apiToken,
  host,
}: RatesV1Deps): Router {
  const router = Router();
  const [ratesPath, updatePath] = ['/v1/rates', '/v1/rates/update'];

  router.use(ratesPath, named(ratesPath));
  router.get(ratesPath, everybodysPages, async (req, res) => {
    const { generation } = ready;
    const rows = await inTime(rates.byDay(wantedCurrencies(req.query, currencies)));
    const body = Buffer.from(`[${rows.map(elementOf).join(',')}]`);
    const modified =
      rows
        .map(({ fetched_at }) => fetched_at)
        .sort()
        .at(-1) ?? null;
    const answer = {
      body,
      route: ratesPath,
      until: Date.now() + READY_MS,
      headers: {
        ...headersSet(res),
        'Content-Type': 'application/json; charset=utf-8',
        'Content-Length': String(body.length),
        ...validators(body, { modified, lasts: null, settled: false }),
      },
    };
    ready.keep(req, answer, generation);
    sendReady(req, res, answer);
  });
  router.options(ratesPath, everybodysPages, preflight);
  router.all(ratesPath, onlyMethods('GET', 'HEAD', 'OPTIONS'));

  const update = async (_req: Request, res: Response) => {
    const { runId, outcome } = await pull(WAIT_MS);
    if (outcome.state === 'done') tell(res, 200, { success: true });
    else if (outcome.state === 'refused')
      tell(res, 400, { success: false, detail: outcome.detail });
    else tell(res.location(`/v2/runs/${runId}`), 202, { success: false, detail: 'still running' });
  };
  const may: RequestHandler[] = [named(updatePath), guard({ apiToken, host }), sameSite];
  // Express would send HEAD to the GET handler, and a probe would cost a pull.
  router.head(updatePath, onlyMethods('GET', 'POST'));
  router.get(updatePath, ...may, update);
  router.post(updatePath, ...may, update);
  router.all(updatePath, onlyMethods('GET', 'POST'));
  return router;
}

/** Without Express' own look at If-None-Match: this is never a copy of anything. */
function tell(res: Response, status: number, told: object): void {
  res
    .writeHead(status, {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store',
    })
    .end(JSON.stringify(told));
}

function wantedCurrencies(query: Request['query'], known: readonly string[]): readonly string[] {
  const stray = Object.keys(query).find((name) => name !== 'currency');
  if (stray !== undefined)
    throw refused(`unknown parameter ${stray.slice(0, 80)}: the known one is currency`, stray, [
      'currency',
    ]);
  const { currency } = query;
  if (currency === undefined) return known;
  const wanted = typeof currency === 'string' ? currency.trim().toUpperCase() : '';
  if (!known.includes(wanted)) {
    const got = JSON.stringify(currency).slice(0, 80);
    throw refused(`currency: expected one of ${known.join(', ')}, got ${got}`, 'currency', known);
  }
  return [wanted];
}

function refused(detail: string, name: string, allowed: readonly string[]): Refused {
  return new Refused('invalid-parameter', detail, {
    errors: [{ detail, pointer: `#/query/${name.slice(0, 80)}` }],
    allowed,
  });
}

/** One element of the old shape, written by hand: JSON.stringify would pass the rates through a double and lose digits. */
function elementOf(rate: Rate): string {
  const timestamp =
    rate.fetched_at.slice(0, 10) === rate.rate_date ? rate.fetched_at : rate.observed_at;
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
