import type { AxiosResponse } from 'axios';
import { isLosslessNumber } from 'lossless-json';
import type { QuotaSeen } from '../../../ledger/quota.ts';
import { UpstreamError, type UpstreamKind } from '../../../platform/errors.ts';
import {
  checkQuotes,
  isPeriod,
  parseAccount,
  parseObject,
  printed,
  unusable,
  whole,
} from '../checks.ts';
import { type Get, type HttpAdapter, openHttpProvider, refuseErrors } from '../http.ts';
import type { FetchedRates, ProviderEntry, RateRequest, RatesResponse } from '../port.ts';

const TITLE = 'Open Exchange Rates';
const NAME = 'openexchangerates';

/**
 * Open Exchange Rates: `latest.json`, `historical/YYYY-MM-DD.json` and `usage.json`, base USD. It
 * bills each call, whatever the number of currencies, and one call holds one day.
 */
export const openexchangerates: ProviderEntry = {
  name: NAME,
  title: TITLE,
  bills: 'calls',
  daysPerCall: 1,
  open: ({ credentials: [appId = ''], simulatedAs, baseUrl, ...rest }) => {
    const headers = { Authorization: `Token ${appId}` };
    return openHttpProvider(adapterOf(simulatedAs), { endpoint: { baseUrl, headers }, ...rest });
  },
};

function adapterOf(simulatedAs: string): HttpAdapter {
  return {
    title: TITLE,
    parse: parseRates,
    fetchOnce: (get, request, { signal }) => fetchOnce(get, request, { signal, simulatedAs }),
    fetchAccount: async (get, signal) => {
      const response = await get('usage.json', {}, signal);
      refuseErrors(TITLE, response, kindOf(response));
      return { seen: readUsage(response.data), date: response.headers['date'] ?? null };
    },
  };
}

async function fetchOnce(
  get: Get,
  request: RateRequest,
  { signal, simulatedAs }: { signal: AbortSignal; simulatedAs: string },
): Promise<FetchedRates> {
  const { currencies, days } = request;
  if (isPeriod(days)) throw new Error('one call holds one day');
  const path = days ? `historical/${days.first}.json` : 'latest.json';
  const response = await get(path, { symbols: currencies.join(','), prettyprint: 'false' }, signal);
  refuseErrors(TITLE, response, kindOf(response));
  return {
    ...parseRates(response.data, request),
    body: response.data,
    answeredBy: response.headers['x-simulator'] ? simulatedAs : NAME,
    // Responses carry no quota; usage.json says what is left.
    quota: {},
    quotaSeen: {},
  };
}

/** Parses `latest.json` or `historical/*.json` digit for digit. Its timestamp is Unix time. */
function parseRates(text: string, request: RateRequest): RatesResponse {
  const body = parseObject(TITLE, text);
  if (body['error'] !== undefined)
    throw unusable(TITLE, `error ${printed(body['status'])}: ${printed(body['message'])}`);
  if (body['base'] !== 'USD')
    throw unusable(TITLE, `expected rates from USD, got ${printed(body['base'])}`);
  const { rates, timestamp } = body;
  if (typeof rates !== 'object' || rates === null || Array.isArray(rates))
    throw unusable(TITLE, `expected rates by currency, got ${printed(rates)}`);
  const seconds = isLosslessNumber(timestamp) ? whole(timestamp) : null;
  const isInstant = seconds !== null && seconds.length <= 11;
  const observedAt = isInstant ? Number(seconds) * 1000 : Number.NaN;
  const items = Object.entries(rates).map(([currency, mid]) => ({
    ...{ currency, mid, timestamp, observedAt },
  }));
  return { ...checkQuotes(TITLE, items, request), cost: 1 };
}

/** 429 is over-use, or a feature that is not in the plan, which waiting does not change. */
function kindOf({ status, data }: AxiosResponse<string>): { kind?: UpstreamKind } {
  return status === 429 && data.includes('not_allowed') ? { kind: 'refused' } : {};
}

/** Reads usage.json. Unlimited plans say -1, which is no number of calls left. */
function readUsage(text: string): QuotaSeen {
  const body = parseAccount(TITLE, text) as { data?: unknown } | null;
  const { plan, usage } = (body?.data ?? {}) as {
    plan?: Record<string, unknown>;
    usage?: Record<string, unknown>;
  };
  if (typeof plan?.['name'] !== 'string' || !usage)
    throw new UpstreamError(`${TITLE}: expected a plan in the usage`, { retryable: false });
  return {
    package: plan['name'].slice(0, 200),
    quota_limit: whole(usage['requests_quota']),
    quota_remaining: whole(usage['requests_remaining']),
  };
}
