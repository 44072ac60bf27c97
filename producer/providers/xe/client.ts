import axios, { type AxiosResponse, isAxiosError } from 'axios';
import type { QuotaSeen } from '../../../ledger/quota.ts';
import { backOff } from '../../../platform/back-off.ts';
import { deadlineSignal } from '../../../platform/deadline.ts';
import { UpstreamError } from '../../../platform/errors.ts';
import type { Logger } from '../../../platform/logger.ts';
import { quotaHeaders, readAccountInfo, retryAt } from './quota.ts';
import {
  type Days,
  isPeriod,
  type RateRequest,
  readXeResponse,
  type XeResponse,
} from './response.ts';

export interface XeSettings {
  baseUrl: string;
  accountId: string;
  apiKey: string;
}

/** XE's response: its bytes as text, what they say, and who really answered. */
export interface FetchedRates extends XeResponse {
  readonly body: string;
  readonly answeredBy: 'xe' | 'simulator';
  /** The quota headers as they came. */
  readonly quota: Readonly<Record<string, string>>;
}

export interface XeClient {
  /**
   * USD rates of all `currencies` in one call, current or of past `days`. `mayRetry` is asked after
   * each failure that a retry may cure, since it may be billed too. Throws `UpstreamError` of the
   * last fetch; `signal` aborts the call.
   */
  rates(
    request: RateRequest,
    call: { signal: AbortSignal; mayRetry: (error: UpstreamError) => Promise<boolean> },
  ): Promise<FetchedRates>;
  /** The account's package and what is left of it, and the Date header; free of charge. */
  accountInfo(signal: AbortSignal): Promise<{ seen: QuotaSeen; date: string | null }>;
}

/** XE answers in well under a second; a response that takes longer than this is not coming. */
const DEADLINE_MS = 10_000;
const MAX_BYTES = 256 * 1024;
const MAX_FETCHES = 3;

/**
 * A client that respects XE's billing: one call for all currencies, since each returned rate costs.
 * The deadline of a fetch (`deadlineMs`, 10 s) includes connecting; no redirects, no proxy from the
 * environment, a bounded body. 4xx are not retried; faults and timeouts are, twice; a response that
 * cannot be used is fetched once more.
 */
export function xeClient({
  settings,
  log,
  deadlineMs = DEADLINE_MS,
}: {
  settings: XeSettings;
  log: Logger;
  deadlineMs?: number;
}): XeClient {
  const get: Get = (target, signal) => getText(settings, target, { deadlineMs, signal });
  return {
    rates: async (request, { signal, mayRetry }) => {
      const retry = backOff({ first: 500, longest: 4000 });
      let unusable = 0;
      for (let fetches = 1; ; fetches++) {
        try {
          return await fetchOnce(get, request, { signal, log });
        } catch (error) {
          if (!(error instanceof UpstreamError) || signal.aborted) throw error;
          // It may have been billed, so one more fetch is made and not two.
          if (error.status === 200) unusable++;
          const mayHelp = error.retryable && unusable < 2 && fetches < MAX_FETCHES;
          if (!mayHelp || !(await mayRetry(error))) throw error;
          await retry.wait(signal);
        }
      }
    },
    accountInfo: async (signal) => {
      const response = await get({ path: 'account_info.json', params: {} }, signal);
      refuseErrors(response, new Date().toISOString());
      return { seen: readAccountInfo(response.data), date: response.headers['date'] ?? null };
    },
  };
}

interface Target {
  path: string;
  params: Record<string, string>;
}
type Get = (target: Target, signal: AbortSignal) => Promise<AxiosResponse<string>>;

/** One fetch. Currencies that XE says are unknown are left out of a second call at once. */
async function fetchOnce(
  get: Get,
  { currencies, now, days }: RateRequest,
  { signal, log }: { signal: AbortSignal; log: Logger },
): Promise<FetchedRates> {
  let response = await get(targetOf(currencies, days), signal);
  const unknown = unknownCurrencies(response, currencies);
  const known = currencies.filter((currency) => !unknown.includes(currency));
  if (unknown.length > 0 && known.length > 0) {
    log.warn({ unknown }, 'XE: currencies unknown, fetching the others');
    response = await get(targetOf(known, days), signal);
  }
  refuseErrors(response, now);
  const read = readXeResponse(response.data, {
    currencies: known.length > 0 ? known : currencies,
    now,
    days,
  });
  return {
    ...read,
    missing: [...read.missing, ...unknown],
    body: response.data,
    answeredBy: response.headers['x-simulator'] ? 'simulator' : 'xe',
    quota: quotaHeaders(response.headers),
  };
}

function targetOf(currencies: readonly string[], days: Days | null): Target {
  const params = { from: 'USD', to: currencies.join(','), amount: '1' };
  if (!days) return { path: 'convert_from.json', params };
  if (!isPeriod(days))
    return { path: 'historic_rate.json', params: { ...params, date: days.first } };
  const [start_timestamp, end_timestamp] = [`${days.first}T00:00`, `${days.last}T23:59`];
  // XE's sources disagree on whether a page may hold 100 or 500 days; the ledger's pages are
  // smaller than both.
  return {
    path: 'historic_rate/period.json',
    params: {
      ...params,
      start_timestamp,
      end_timestamp,
      interval: 'daily',
      page: '1',
      per_page: '100',
    },
  };
}

async function getText(
  { baseUrl, accountId, apiKey }: XeSettings,
  { path, params }: Target,
  { deadlineMs, signal }: { deadlineMs: number; signal: AbortSignal },
): Promise<AxiosResponse<string>> {
  const deadline = deadlineSignal(deadlineMs, signal);
  try {
    return await axios.get<string>(new URL(path, baseUrl).href, {
      params,
      auth: { username: accountId, password: apiKey },
      responseType: 'text',
      // axios would parse JSON, and with it every rate into a double.
      transformResponse: (text) => text,
      maxRedirects: 0,
      maxContentLength: MAX_BYTES,
      proxy: false,
      signal: deadline.signal,
      validateStatus: () => true,
    });
  } catch (error) {
    throw unreachable(error, {
      host: new URL(baseUrl).host,
      deadlineMs,
      isStopping: signal.aborted,
    });
  } finally {
    deadline.clear();
  }
}

/** axios' own error carries the request with its credentials, so only its words go on. */
function unreachable(
  error: unknown,
  { host, deadlineMs, isStopping }: { host: string; deadlineMs: number; isStopping: boolean },
): UpstreamError {
  if (!isAxiosError(error)) throw error;
  if (error.code === 'ERR_CANCELED') {
    const what = isStopping
      ? `the call to ${host} was interrupted by a shutdown`
      : `expected a response from ${host} within ${deadlineMs / 1000} s, got none`;
    return new UpstreamError(`XE: ${what}`, { retryable: true, billed: true });
  }
  // The response had begun: like any other that cannot be used it may have been billed.
  const { res } = (error.request ?? {}) as { res?: { statusCode?: number } };
  if (res?.statusCode === 200) {
    const what = error.message.includes('maxContentLength')
      ? `is longer than ${MAX_BYTES / 1024} KiB`
      : `broke off (${error.message})`;
    return new UpstreamError(`XE: the response of ${host} ${what}`, {
      retryable: true,
      billed: true,
      status: 200,
    });
  }
  const refused = [
    'ECONNREFUSED',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
  ].includes(error.code ?? '');
  const what = refused ? `${host} is unreachable` : `the response of ${host} broke off`;
  return new UpstreamError(`XE: ${what} (${error.code ?? error.message})`, {
    retryable: true,
    billed: !refused,
  });
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

function refuseErrors({ status, data, headers }: AxiosResponse<string>, now: string): void {
  if (status === 200) return;
  const body = data.replace(/\s+/g, ' ').slice(0, 200);
  throw new UpstreamError(`XE: expected status 200, got ${status}: ${body}`, {
    retryable: status >= 500,
    status,
    retryAt: status === 429 ? retryAt(headers, now) : null,
  });
}
