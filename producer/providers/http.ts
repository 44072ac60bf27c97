import type { AxiosError, AxiosRequestConfig, AxiosResponse } from 'axios';
import { backOff } from '../../platform/back-off.ts';
import { deadlineSignal } from '../../platform/deadline.ts';
import { UpstreamError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { FetchedRates, Provider, RateRequest } from './port.ts';

/** How to reach a provider: its address and what proves who we are. */
interface Endpoint extends Pick<AxiosRequestConfig, 'auth' | 'headers'> {
  readonly baseUrl: string;
}

/** One GET below the base URL. Resolves whatever the status is. */
export type Get = (
  path: string,
  params: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<AxiosResponse<string>>;

/** What differs from provider to provider; the rest is the same for all that speak HTTP. */
export interface HttpAdapter extends Pick<Provider, 'parse'> {
  /** How messages name the provider. */
  readonly title: string;
  /** One fetch of all currencies. */
  fetchOnce(get: Get, request: RateRequest, call: Call): Promise<FetchedRates>;
  fetchAccount(get: Get, signal: AbortSignal): ReturnType<Provider['fetchAccount']>;
}

interface Call {
  signal: AbortSignal;
  log: Logger;
}

/** Rates come in well under a second; a response that takes longer than this is not coming. */
const DEADLINE_MS = 10_000;
const MAX_BYTES = 256 * 1024;
const MAX_FETCHES = 3;

/**
 * Opens a provider over HTTP that respects its billing. The deadline of a fetch (`deadlineMs`,
 * 10 s) includes connecting; no redirects, no proxy from the environment, a bounded body. 4xx are
 * not retried; faults and timeouts are, twice; a response that cannot be used is fetched once more.
 */
export function openHttpProvider(
  adapter: HttpAdapter,
  { endpoint, log, deadlineMs = DEADLINE_MS }: OpenSettings,
): Provider {
  const get: Get = (path, params, signal) =>
    getText(adapter.title, endpoint, { path, params, deadlineMs, signal });
  return {
    parse: adapter.parse,
    fetchAccount: (signal) => adapter.fetchAccount(get, signal),
    fetchRates: async (request, { signal, mayRetry }) => {
      const retry = backOff({ first: 500, longest: 4000 });
      let unusable = 0;
      for (let fetches = 1; ; fetches++) {
        try {
          return await adapter.fetchOnce(get, request, { signal, log });
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
  };
}

interface OpenSettings {
  endpoint: Endpoint;
  log: Logger;
  deadlineMs?: number | undefined;
}

interface GetCall {
  path: string;
  params: Readonly<Record<string, string>>;
  deadlineMs: number;
  signal: AbortSignal;
}

async function getText(
  title: string,
  { baseUrl, ...credentials }: Endpoint,
  { path, params, deadlineMs, signal }: GetCall,
): Promise<AxiosResponse<string>> {
  // Loaded on the first call: the API imports the providers too, and never calls them.
  const { default: axios } = await import('axios/dist/node/axios.cjs');
  const deadline = deadlineSignal(deadlineMs, signal);
  try {
    return await axios.get<string>(new URL(path, baseUrl).href, {
      ...credentials,
      params,
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
    const host = new URL(baseUrl).host;
    if (!axios.isAxiosError(error)) throw error;
    throw unreachable(title, error, { host, deadlineMs, isStopping: signal.aborted });
  } finally {
    deadline.clear();
  }
}

/** axios' own error carries the request with its credentials, so only its words go on. */
function unreachable(
  title: string,
  error: AxiosError,
  { host, deadlineMs, isStopping }: { host: string; deadlineMs: number; isStopping: boolean },
): UpstreamError {
  if (error.code === 'ERR_CANCELED') {
    const what = isStopping
      ? `the call to ${host} was interrupted by a shutdown`
      : `expected a response from ${host} within ${deadlineMs / 1000} s, got none`;
    return new UpstreamError(`${title}: ${what}`, { retryable: true, billed: true });
  }
  // The response had begun: like any other that cannot be used it may have been billed.
  const { res } = (error.request ?? {}) as { res?: { statusCode?: number } };
  if (res?.statusCode === 200) {
    const what = error.message.includes('maxContentLength')
      ? `is longer than ${MAX_BYTES / 1024} KiB`
      : `broke off (${error.message})`;
    const options = { retryable: true, billed: true, status: 200 };
    return new UpstreamError(`${title}: the response of ${host} ${what}`, options);
  }
  const refusals = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];
  const isRefused = refusals.includes(error.code ?? '');
  const what = isRefused ? `${host} is unreachable` : `the response of ${host} broke off`;
  return new UpstreamError(`${title}: ${what} (${error.code ?? error.message})`, {
    retryable: true,
    billed: !isRefused,
  });
}

/** Throws `UpstreamError` unless the status is 200. A 429 says when the next call may be made. */
export function refuseErrors(
  title: string,
  { status, data }: AxiosResponse<string>,
  { retryAt = null, kind }: { retryAt?: string | null; kind?: UpstreamError['kind'] } = {},
): void {
  if (status === 200) return;
  const body = data.trim().replace(/\s+/g, ' ').slice(0, 200);
  const excerpt = `: ${body}`;
  const isJson = body.startsWith('{');
  const message = `${title}: expected status 200, got ${status}`;
  throw new UpstreamError(isJson ? message + excerpt : message, {
    ...(isJson ? {} : { excerpt }),
    ...{ retryable: status >= 500, status, retryAt },
    ...(kind && { kind }),
  });
}
