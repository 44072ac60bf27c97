import { isLosslessNumber, parse } from 'lossless-json';
import { dayCount } from '../../../ledger/backfill.ts';
import { UpstreamError } from '../../../platform/errors.ts';

/**
 * A rate as XE printed it: `mid` is its very digits, units of `currency` for 1 USD; `observedAt` is
 * XE's timestamp, ISO 8601 with milliseconds.
 */
export interface Quote {
  readonly currency: string;
  readonly mid: string;
  readonly observedAt: string;
}
export interface XeResponse {
  readonly quotes: readonly Quote[];
  /** Requested currencies that did not come, or not for each of the days. */
  readonly missing: readonly string[];
  /** Currencies that came instead, such as EUR for the superseded BGN. They are not stored. */
  readonly unrequested: readonly string[];
  /** Rates in the response, as XE bills them. */
  readonly returned: number;
}

/** A request. A timestamp may be at most a day ahead of `now`; `days`: those whose rates it is. */
export interface RateRequest {
  readonly currencies: readonly string[];
  readonly now: string;
  readonly days: Days | null;
}
/** Past days, both included. */
export interface Days {
  readonly first: string;
  readonly last: string;
}

const DAY_MS = 86_400_000;
const PLAIN_DECIMAL = /^(0|[1-9]\d{0,14})(\.\d{1,15})?$/;

/**
 * Parses a response of convert_from, historic_rate or historic_rate/period digit for digit and
 * checks each value. Throws `UpstreamError` with what was expected and what came; nothing of a
 * doubtful response is used.
 */
export function readXeResponse(text: string, request: RateRequest): XeResponse {
  const body = asObject(text);
  // XE is known to send an error with status 200.
  if ('code' in body && 'message' in body && !('to' in body))
    throw unusable(`error ${printed(body['code'])}: ${printed(body['message'])}`);
  if (body['from'] !== 'USD')
    throw unusable(`expected rates from USD, got ${printed(body['from'])}`);
  const amount = isLosslessNumber(body['amount']) ? body['amount'].value : '';
  if (!/^1(\.0+)?$/.test(amount))
    throw unusable(`expected rates for amount 1, got ${printed(body['amount'])}`);
  const { currencies, days } = request;
  const items = isPeriod(days)
    ? itemsOfPeriod(body['to'])
    : itemsOfMoment(body['to'], body['timestamp']);
  const isRequested = ({ currency }: Item) => currencies.some((code) => code === currency);
  const quotes = items.filter(isRequested).map((item) => readQuote(item, request));
  const others = items.filter((item) => !isRequested(item)).map(({ currency }) => currency);
  if (quotes.length === 0)
    throw unusable(`expected quotes for ${currencies.join(', ')}, got ${namesOf(others)}`);
  refuseDuplicates(quotes, days);
  const expected = days ? dayCount(days) : 1;
  const isComplete = (code: string) =>
    quotes.filter(({ currency }) => currency === code).length >= expected;
  return {
    quotes,
    missing: currencies.filter((code) => !isComplete(code)),
    unrequested: [...new Set(others.map(String))],
    returned: items.length,
  };
}

function refuseDuplicates(quotes: readonly Quote[], days: Days | null): void {
  const seen = new Set<string>();
  for (const { currency, observedAt } of quotes) {
    const once = isPeriod(days) ? `${currency} of ${observedAt.slice(0, 10)}` : currency;
    if (seen.has(once)) throw unusable(`expected each currency once, got ${once} twice`);
    seen.add(once);
  }
}

/** Several days are requested as a period, whose response has another shape. */
export function isPeriod(days: Days | null): boolean {
  return days !== null && days.first !== days.last;
}

interface Item {
  readonly currency: unknown;
  readonly mid: unknown;
  readonly timestamp: unknown;
}

function itemsOfMoment(to: unknown, timestamp: unknown): Item[] {
  if (!Array.isArray(to)) throw unusable(`expected a list of quotes, got ${printed(to)}`);
  return to.map((item) => {
    const { quotecurrency, mid } = (item ?? {}) as Record<string, unknown>;
    return { currency: quotecurrency, mid, timestamp };
  });
}

function itemsOfPeriod(to: unknown): Item[] {
  if (typeof to !== 'object' || to === null || Array.isArray(to))
    throw unusable(`expected quotes by currency, got ${printed(to)}`);
  return Object.entries(to).flatMap(([currency, days]) => {
    if (!Array.isArray(days))
      throw unusable(`expected a list of days for ${currency}, got ${printed(days)}`);
    return days.map((day) => ({
      currency,
      ...((day ?? {}) as { mid: unknown; timestamp: unknown }),
    }));
  });
}

function asObject(text: string): Record<string, unknown> {
  let body: unknown;
  try {
    body = parse(text);
  } catch {
    throw unusable(`expected JSON, got ${printed(text)}`);
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw unusable(`expected a JSON object, got ${printed(text)}`);
  return body as Record<string, unknown>;
}

function readQuote({ currency: code, mid, timestamp }: Item, { now, days }: RateRequest): Quote {
  const currency = String(code);
  const digits = isLosslessNumber(mid) ? mid.value : '';
  if (!PLAIN_DECIMAL.test(digits) || !/[1-9]/.test(digits))
    throw unusable(`expected a plain decimal above 0 for ${currency}, got ${printed(mid)}`);
  const observedAt = readTimestamp(timestamp, now);
  const day = observedAt.slice(0, 10);
  if (days && (day < days.first || day > days.last))
    throw unusable(`expected rates of ${spanOf(days)}, got ${printed(timestamp)}`);
  return { currency, mid: digits, observedAt };
}

function readTimestamp(timestamp: unknown, now: string): string {
  const millis =
    typeof timestamp === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(timestamp)
      ? Date.parse(timestamp)
      : Number.NaN;
  if (Number.isNaN(millis)) throw unusable(`expected a UTC timestamp, got ${printed(timestamp)}`);
  if (millis > Date.parse(now) + DAY_MS)
    throw unusable(`expected a timestamp at most a day ahead of ${now}, got ${timestamp}`);
  return new Date(millis).toISOString();
}

const namesOf = (codes: readonly unknown[]) => codes.map(printed).join(', ') || 'none';
const spanOf = ({ first, last }: Days) => (first === last ? first : `${first} to ${last}`);

/** A 200 may have been billed, and one retry may help. */
function unusable(what: string): UpstreamError {
  return new UpstreamError(`XE: ${what}`, { retryable: true, billed: true, status: 200 });
}

function printed(value: unknown): string {
  const text = isLosslessNumber(value)
    ? value.value
    : typeof value === 'string'
      ? JSON.stringify(value)
      : (JSON.stringify(value) ?? 'nothing');
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
