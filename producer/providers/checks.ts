import { isLosslessNumber, parse } from 'lossless-json';
import { dayCount } from '../../ledger/backfill.ts';
import { UpstreamError } from '../../platform/errors.ts';
import type { Days, Quote, RateRequest, RatesResponse } from './port.ts';

/**
 * A rate as it is in a response, nothing of it checked. `mid`: a number of lossless-json, also of a
 * text, so that no digit is lost. `observedAt`: milliseconds or NaN.
 */
export interface RawQuote {
  readonly currency: unknown;
  readonly mid: unknown;
  readonly timestamp: unknown;
  readonly observedAt: number;
}

const DAY_MS = 86_400_000;
const PLAIN_DECIMAL = /^(0|[1-9]\d{0,14})(\.\d{1,15})?$/;
const MOST_SHOWN = 120;

/** A 200 that cannot be used: it may have been billed, and one retry may help. */
export function unusable(title: string, what: string, excerpt = ''): UpstreamError {
  const options = { retryable: true, billed: true, status: 200, excerpt };
  return new UpstreamError(`${title}: ${what}`, options);
}

/** Parses the text of a response as an object, digit for digit. */
export function parseObject(title: string, text: string): Record<string, unknown> {
  let body: unknown;
  try {
    body = parse(text);
  } catch {
    throw unusable(title, 'expected JSON', `, got ${printed(text)}`);
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw unusable(title, `expected a JSON object, got ${printed(text)}`);
  return body as Record<string, unknown>;
}

/** Parses what says what is left of the account; a call for it is free, and not repeated. */
export function parseAccount(title: string, text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    const options = { retryable: false, cause };
    throw new UpstreamError(`${title}: expected the account as JSON`, options);
  }
}

/**
 * Checks every rate of a response and sorts out what was requested. Throws `UpstreamError` with
 * what was expected and what came: nothing of a doubtful response is used.
 */
export function checkQuotes(
  title: string,
  items: readonly RawQuote[],
  request: RateRequest,
): Omit<RatesResponse, 'cost'> {
  const { currencies, days } = request;
  const isRequested = ({ currency }: RawQuote) => currencies.some((code) => code === currency);
  const quotes = items.filter(isRequested).map((item) => checkQuote(title, item, request));
  const others = items.filter((item) => !isRequested(item)).map(({ currency }) => currency);
  if (quotes.length === 0) {
    const got = others.map(printed).join(', ') || 'none';
    throw unusable(title, `expected quotes for ${currencies.join(', ')}, got ${got}`);
  }
  const seen = new Set<string>();
  for (const { currency, observedAt } of quotes) {
    const once = isPeriod(days) ? `${currency} of ${observedAt.slice(0, 10)}` : currency;
    if (seen.has(once)) throw unusable(title, `expected each currency once, got ${once} twice`);
    seen.add(once);
  }
  const expected = days ? dayCount(days) : 1;
  const isComplete = (code: string) =>
    quotes.filter(({ currency }) => currency === code).length >= expected;
  return {
    quotes,
    missing: currencies.filter((code) => !isComplete(code)),
    unrequested: [...new Set(others.map(String))],
  };
}

/** Several days are requested as a period, whose response may have another shape. */
export function isPeriod(days: Days | null): boolean {
  return days !== null && days.first !== days.last;
}

function checkQuote(title: string, item: RawQuote, { now, days }: RateRequest): Quote {
  const { currency: code, mid, timestamp, observedAt: millis } = item;
  const currency = String(code);
  const digits = isLosslessNumber(mid) ? mid.value : '';
  if (!PLAIN_DECIMAL.test(digits) || !/[1-9]/.test(digits))
    throw unusable(title, `expected a plain decimal above 0 for ${currency}, got ${printed(mid)}`);
  const got = printed(timestamp);
  if (Number.isNaN(millis)) throw unusable(title, `expected a UTC timestamp, got ${got}`);
  if (millis > Date.parse(now) + DAY_MS)
    throw unusable(title, `expected a timestamp at most a day ahead of ${now}, got ${got}`);
  const observedAt = new Date(millis).toISOString();
  const day = observedAt.slice(0, 10);
  if (days && (day < days.first || day > days.last))
    throw unusable(title, `expected rates of ${spanOf(days)}, got ${got}`);
  return { currency, mid: digits, observedAt };
}

const spanOf = ({ first, last }: Days) => (first === last ? first : `${first} to ${last}`);

/** A value of a response as an error message shows it. */
export function printed(value: unknown): string {
  const text = isLosslessNumber(value)
    ? value.value
    : typeof value === 'string'
      ? JSON.stringify(value)
      : (JSON.stringify(value) ?? 'nothing');
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

/** A whole number as text, or null. */
export function whole(value: unknown): string | null {
  const digits = isLosslessNumber(value) ? value.value : String(value ?? '');
  return /^\d{1,15}$/.test(digits) ? digits : null;
}
