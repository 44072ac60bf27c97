import type { AxiosResponse } from 'axios';
import type { Logger } from '../../../platform/logger.ts';
import { isPeriod } from '../checks.ts';
import { type Get, type HttpAdapter, openHttpProvider, refuseErrors } from '../http.ts';
import type { Days, FetchedRates, ProviderEntry, RateRequest } from '../port.ts';
import { quotaHeaders, quotaOfHeaders, readAccountInfo, retryAt } from './quota.ts';
import { readXeResponse, TITLE } from './response.ts';

/** XE: one call for all currencies, since each returned rate costs. */
export const xe: ProviderEntry = {
  name: 'xe',
  title: TITLE,
  bills: 'rates',
  // Below every page limit of XE, and little is lost when a producer dies.
  daysPerCall: 50,
  open: ({ credentials: [username = '', password = ''], simulatedAs, baseUrl, ...rest }) =>
    openHttpProvider(adapterOf(simulatedAs), {
      endpoint: { baseUrl, auth: { username, password } },
      ...rest,
    }),
};

function adapterOf(simulatedAs: string): HttpAdapter {
  return {
    title: TITLE,
    parse: readXeResponse,
    fetchOnce: (get, request, call) => fetchOnce(get, request, { ...call, simulatedAs }),
    fetchAccount: async (get, signal) => {
      const response = await get('account_info.json', {}, signal);
      refuseErrors(TITLE, response, { retryAt: retryTime(response, new Date().toISOString()) });
      return { seen: readAccountInfo(response.data), date: response.headers['date'] ?? null };
    },
  };
}

/** One fetch. Currencies that XE says are unknown are left out of a second call at once. */
async function fetchOnce(
  get: Get,
  { currencies, now, days }: RateRequest,
  { signal, log, simulatedAs }: { signal: AbortSignal; log: Logger; simulatedAs: string },
): Promise<FetchedRates> {
  const fetch = (codes: readonly string[]) => {
    const [path, params] = targetOf(codes, days);
    return get(path, params, signal);
  };
  let response = await fetch(currencies);
  const unknown = unknownCurrencies(response, currencies);
  const known = currencies.filter((currency) => !unknown.includes(currency));
  if (unknown.length > 0 && known.length > 0) {
    log.warn({ unknown }, 'XE: currencies unknown, fetching the others');
    response = await fetch(known);
  }
  refuseErrors(TITLE, response, { retryAt: retryTime(response, now) });
  const requested = known.length > 0 ? known : currencies;
  const read = readXeResponse(response.data, { currencies: requested, now, days });
  const quota = quotaHeaders(response.headers);
  return {
    ...read,
    missing: [...read.missing, ...unknown],
    body: response.data,
    answeredBy: response.headers['x-simulator'] ? simulatedAs : xe.name,
    quota,
    quotaSeen: quotaOfHeaders(quota),
  };
}

function targetOf(currencies: readonly string[], days: Days | null) {
  const params = { from: 'USD', to: currencies.join(','), amount: '1' };
  if (!days) return ['convert_from.json', params] as const;
  if (!isPeriod(days)) return ['historic_rate.json', { ...params, date: days.first }] as const;
  // XE's sources disagree on whether a page may hold 100 or 500 days; the ledger's pages are
  // smaller than both.
  const period = {
    start_timestamp: `${days.first}T00:00`,
    end_timestamp: `${days.last}T23:59`,
    interval: 'daily',
    page: '1',
    per_page: '100',
  };
  return ['historic_rate/period.json', { ...params, ...period }] as const;
}

/** The codes in XE's error 7: one unknown code fails the whole call, and the message names all. */
function unknownCurrencies(
  { status, data }: AxiosResponse<string>,
  requested: readonly string[],
): string[] {
  const named =
    status === 400 ? /"message"\s*:\s*"No ([A-Z, ]+) found on/.exec(data)?.[1] : undefined;
  const codes = named?.split(',').map((code) => code.trim()) ?? [];
  return requested.filter((currency) => codes.includes(currency));
}

function retryTime({ status, headers }: AxiosResponse<string>, now: string): string | null {
  return status === 429 ? retryAt(headers, now) : null;
}
