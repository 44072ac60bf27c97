import axios, { type AxiosResponse, isAxiosError } from 'axios';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import type { QuotaSeen } from '../ledger/quota.ts';
import { deadlineSignal } from '../platform/deadline.ts';
import { UpstreamError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { type Asked, type Days, isPeriod, readXeAnswer, type XeAnswer } from './xe-answer.ts';
import { quotaHeaders, readAccountInfo, retryAt } from './xe-quota.ts';

export interface XeSettings {
  baseUrl: string;
  accountId: string;
  apiKey: string;
}
/** XE's answer: its bytes as text, what they say, and who really answered. */
interface Pulled extends XeAnswer {
  readonly text: string;
  /** Tries before this answer that brought nothing and may have been billed. */
  readonly wasted: number;
  readonly answeredBy: 'xe' | 'simulator';
  readonly quota: Readonly<Record<string, string>>;
}
export interface XeClient {
  /**
   * USD rates of all `currencies` in one call, of now or of past `days`. Each try after the first may be billed too, so it waits for
   * `mayTryAgain`. Throws `UpstreamError`; `stopping` gives the call up.
   */
  rates(
    asked: Asked,
    call: { stopping: AbortSignal; mayTryAgain: () => Promise<boolean> },
  ): Promise<Pulled>;
  /** The account's package and what is left of it, and the answer's Date header; costs nothing. Throws `UpstreamError`. */
  accountInfo(stopping: AbortSignal): Promise<{ seen: QuotaSeen; date: string | null }>;
}

/** XE answers in well under a second; what takes longer than this is not coming. */
const DEADLINE_MS = 10_000;
const MAX_BYTES = 256 * 1024;
const TRIES = 3;

/**
 * Asks XE as its terms of billing want it: one call for all currencies, since each rate that is returned costs. The deadline of each try
 * (`deadlineMs`, 10 s) covers the whole of it, connecting included; no redirects, no proxy from the environment, a bounded body.
 * Refusals (400, 401, 403) and an exceeded quota (429) are never asked again at once; faults and time-outs are, twice.
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
  const get = (question: Question, stopping: AbortSignal) =>
    getText(settings, question, { deadlineMs, stopping });
  const retrying = (stopping: AbortSignal, refused: () => boolean) => {
    let unusable = 0;
    // An answer that could not be used may have been billed, so it is asked for once more and not twice.
    const mayHelp = (error: UpstreamError) =>
      !stopping.aborted &&
      !refused() &&
      error.retryable &&
      (error.status !== 200 || unusable++ === 0);
    return retry(
      handleWhen((error) => error instanceof UpstreamError && mayHelp(error)),
      {
        maxAttempts: TRIES - 1,
        backoff: new ExponentialBackoff({ initialDelay: 500, maxDelay: 4000 }),
      },
    );
  };

  async function once(
    { currencies, now, days }: Asked,
    stopping: AbortSignal,
  ): Promise<Omit<Pulled, 'wasted'>> {
    const ask = (wanted: readonly string[]) => get(questionOf(wanted, days), stopping);
    let response = await ask(currencies);
    const unknown = unknownCurrencies(response, currencies);
    const known = currencies.filter((currency) => !unknown.includes(currency));
    if (unknown.length > 0 && known.length > 0) {
      log.warn(
        { unknown },
        'XE: has no rate of some currencies; the others are asked for without them',
      );
      response = await ask(known);
    }
    refuseErrors(response, now);
    const answer = readXeAnswer(response.data, {
      currencies: known.length > 0 ? known : currencies,
      now,
      days,
    });
    const answeredBy = response.headers['x-simulator'] ? ('simulator' as const) : ('xe' as const);
    return {
      quotes: answer.quotes,
      missing: [...answer.missing, ...unknown],
      text: response.data,
      answeredBy,
      quota: quotaHeaders(response.headers),
    };
  }

  return {
    rates: async (asked, { stopping, mayTryAgain }) => {
      let wasted = 0;
      let failure: unknown;
      let refused = false;
      try {
        const pulled = await retrying(stopping, () => refused).execute(async () => {
          if (failure && !(await mayTryAgain())) {
            refused = true;
            throw failure;
          }
          return once(asked, stopping).catch((error: unknown) => {
            if (error instanceof UpstreamError && error.billed) wasted++;
            failure = error;
            throw error;
          });
        });
        return { ...pulled, wasted };
      } catch (error) {
        if (error instanceof UpstreamError) error.wasted = wasted;
        throw error;
      }
    },
    accountInfo: async (stopping) => {
      const response = await get({ path: 'account_info.json', params: {} }, stopping);
      refuseErrors(response, new Date().toISOString());
      return { seen: readAccountInfo(response.data), date: response.headers['date'] ?? null };
    },
  };
}

interface Question {
  path: string;
  params: Record<string, string>;
}

function questionOf(currencies: readonly string[], days: Days | null): Question {
  const params = { from: 'USD', to: currencies.join(','), amount: '1' };
  if (!days) return { path: 'convert_from.json', params };
  if (!isPeriod(days))
    return { path: 'historic_rate.json', params: { ...params, date: days.first } };
  const [start_timestamp, end_timestamp] = [`${days.first}T00:00`, `${days.last}T23:59`];
  // XE's sources disagree on whether a page may hold 100 or 500 days; the ledger's pages are smaller than both.
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
  { path, params }: Question,
  { deadlineMs, stopping }: { deadlineMs: number; stopping: AbortSignal },
): Promise<AxiosResponse<string>> {
  const deadline = deadlineSignal(deadlineMs, stopping);
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
    throw unreachable(error, { host: new URL(baseUrl).host, deadlineMs, stopping });
  } finally {
    deadline.clear();
  }
}

/** axios' own error carries the request with its credentials, so only its words go on. */
function unreachable(
  error: unknown,
  { host, deadlineMs, stopping }: { host: string; deadlineMs: number; stopping: AbortSignal },
): UpstreamError {
  if (!isAxiosError(error)) throw error;
  if (error.code === 'ERR_CANCELED') {
    const what = stopping.aborted
      ? `the answer of ${host} was not waited for, since we were asked to stop`
      : `expected an answer from ${host} within ${deadlineMs / 1000} s, got none`;
    return new UpstreamError(`XE: ${what}`, { retryable: true, billed: true });
  }
  // The answer had begun: like any other that cannot be used it may have been billed.
  const { res } = (error.request ?? {}) as { res?: { statusCode?: number } };
  if (res?.statusCode === 200) {
    const what = error.message.includes('maxContentLength')
      ? `is longer than ${MAX_BYTES / 1024} KiB`
      : `broke off (${error.message})`;
    return new UpstreamError(`XE: the answer of ${host} ${what}`, {
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
  const what = refused ? `${host} cannot be reached` : `the answer of ${host} broke off`;
  return new UpstreamError(`XE: ${what} (${error.code ?? error.message})`, {
    retryable: true,
    billed: !refused,
  });
}

/** The codes that XE lists in its error 7: one unknown code fails the whole call, and the message names all of them. */
function unknownCurrencies(
  { status, data }: AxiosResponse<string>,
  asked: readonly string[],
): string[] {
  const named =
    status === 400 ? /"message"\s*:\s*"No ([A-Z, ]+) found on/.exec(data)?.[1] : undefined;
  const codes = named?.split(',').map((code) => code.trim()) ?? [];
  return asked.filter((currency) => codes.includes(currency));
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
