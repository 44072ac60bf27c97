import type { AxiosResponse } from 'axios';
import { isLosslessNumber } from 'lossless-json';
import type { QuotaSeen } from '../../../ledger/quota.ts';
import { UpstreamError } from '../../../platform/errors.ts';
import type { Logger } from '../../../platform/logger.ts';
import {
  checkQuotes,
  isPeriod,
  parseAccount,
  parseObject,
  printed,
  type RawQuote,
  unusable as unusableOf,
  whole,
} from '../checks.ts';
import { type Get, type HttpAdapter, openHttpProvider, refuseErrors } from '../http.ts';
import type { Days, FetchedRates, ProviderEntry, RateRequest, RatesResponse } from '../port.ts';

const TITLE = 'XE';
const unusable = (what: string) => unusableOf(TITLE, what);

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

/**
 * Parses a response of convert_from, historic_rate or historic_rate/period digit for digit and
 * checks each value. Throws `UpstreamError` with what was expected and what came; nothing of a
 * doubtful response is used.
 */
export function readXeResponse(text: string, request: RateRequest): RatesResponse {
  const body = parseObject(TITLE, text);
  // XE is known to send an error with status 200.
  if ('code' in body && 'message' in body && !('to' in body))
    throw unusable(`error ${printed(body['code'])}: ${printed(body['message'])}`);
  if (body['from'] !== 'USD')
    throw unusable(`expected rates from USD, got ${printed(body['from'])}`);
  const amount = isLosslessNumber(body['amount']) ? body['amount'].value : '';
  if (!/^1(\.0+)?$/.test(amount))
    throw unusable(`expected rates for amount 1, got ${printed(body['amount'])}`);
  const items = isPeriod(request.days)
    ? itemsOfPeriod(body['to'])
    : itemsOfMoment(body['to'], body['timestamp']);
  // XE bills each rate that it returns, requested or not.
  return { ...checkQuotes(TITLE, items, request), cost: items.length };
}

function itemsOfMoment(to: unknown, timestamp: unknown): RawQuote[] {
  if (!Array.isArray(to)) throw unusable(`expected a list of quotes, got ${printed(to)}`);
  return to.map((item) => {
    const { quotecurrency, mid } = (item ?? {}) as Record<string, unknown>;
    return { currency: quotecurrency, mid, ...timeOf(timestamp) };
  });
}

function itemsOfPeriod(to: unknown): RawQuote[] {
  if (typeof to !== 'object' || to === null || Array.isArray(to))
    throw unusable(`expected quotes by currency, got ${printed(to)}`);
  return Object.entries(to).flatMap(([currency, days]) => {
    if (!Array.isArray(days))
      throw unusable(`expected a list of days for ${currency}, got ${printed(days)}`);
    return days.map((day) => {
      const { mid, timestamp } = (day ?? {}) as { mid: unknown; timestamp: unknown };
      return { currency, mid, ...timeOf(timestamp) };
    });
  });
}

function timeOf(timestamp: unknown) {
  const isUtc = typeof timestamp === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(timestamp);
  return { timestamp, observedAt: isUtc ? Date.parse(timestamp) : Number.NaN };
}

type Headers = Readonly<Record<string, unknown>>;

const NAMES = [
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'X-RateRequest-Limit',
  'X-RateRequest-Remaining',
  'X-RateRequest-Reset',
];

/** XE's quota headers as they came, under the names that XE's documentation uses. */
function quotaHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = headers[name.toLowerCase()];
      return typeof value === 'string' && value.length <= 40 ? [[name, value]] : [];
    }),
  );
}

/**
 * What the headers say: X-RateRequest is the package, X-RateLimit a shorter window of use; Reset is
 * Unix time.
 */
function quotaOfHeaders(headers: Readonly<Record<string, string>>): QuotaSeen {
  return {
    quota_limit: whole(headers['X-RateRequest-Limit']),
    quota_remaining: whole(headers['X-RateRequest-Remaining']),
    quota_resets_at: instantOfUnix(headers['X-RateRequest-Reset']),
    window_limit: whole(headers['X-RateLimit-Limit']),
    window_remaining: whole(headers['X-RateLimit-Remaining']),
    window_resets_at: instantOfUnix(headers['X-RateLimit-Reset']),
  };
}

/**
 * Reads account_info. XE's sources spell the reset in two ways; both are read. Throws
 * `UpstreamError` when it is no such answer.
 */
function readAccountInfo(text: string): QuotaSeen {
  const info = (parseAccount(TITLE, text) ?? {}) as Record<string, unknown>;
  if (typeof info['package'] !== 'string')
    throw new UpstreamError('XE: expected a package in account_info', { retryable: false });
  return {
    package: info['package'].slice(0, 200),
    service_ends_at: instant(info['service_end_timestamp']),
    quota_limit: whole(info['package_limit']),
    quota_remaining: whole(info['package_limit_remaining']),
    quota_resets_at: instant(info['package_limit_reset'] ?? info['package-limit_reset']),
  };
}

/**
 * When XE wants to be asked again: Retry-After in seconds or as a date, else the Reset of what is
 * used up; null when it does not say.
 */
function retryAt(headers: Headers, now: string): string | null {
  const after = String(headers['retry-after'] ?? '');
  if (/^\d{1,9}$/.test(after))
    return new Date(Date.parse(now) + Number(after) * 1000).toISOString();
  if (after && !Number.isNaN(Date.parse(after))) return new Date(after).toISOString();
  const { quota_remaining, quota_resets_at, window_resets_at } = quotaOfHeaders(
    quotaHeaders(headers),
  );
  return (
    (quota_remaining === '0' ? quota_resets_at : null) ??
    window_resets_at ??
    quota_resets_at ??
    null
  );
}

function instant(value: unknown): string | null {
  const millis = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(millis) ? null : new Date(millis).toISOString();
}

function instantOfUnix(value: unknown): string | null {
  const seconds = whole(value);
  return seconds === null || seconds.length > 11
    ? null
    : new Date(Number(seconds) * 1000).toISOString();
}
