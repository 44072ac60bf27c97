import { isLosslessNumber, parse } from 'lossless-json';
import { UpstreamError } from '../platform/errors.ts';

/** A rate as XE printed it: `mid` is its very digits, units of `currency` for 1 USD. */
interface Quote {
  readonly currency: string;
  readonly mid: string;
}
export interface XeAnswer {
  /** XE's timestamp, ISO 8601 in UTC with milliseconds. */
  readonly observedAt: string;
  readonly quotes: readonly Quote[];
  /** Asked for and not answered. */
  readonly missing: readonly string[];
}

const DAY_MS = 86_400_000;
const PLAIN_DECIMAL = /^(0|[1-9]\d{0,14})(\.\d{1,15})?$/;

/**
 * Reads an answer of convert_from, digit for digit, and checks it value by value. `now` is the instant that a timestamp may be at
 * most a day ahead of. Throws `UpstreamError` saying what was expected and what came; nothing of a doubtful answer is used.
 */
export function readXeAnswer(text: string, { currencies, now }: { currencies: readonly string[]; now: string }): XeAnswer {
  const body = asObject(text);
  // XE has been seen to send an error with status 200.
  if ('code' in body && 'message' in body && !('to' in body))
    throw unusable(`error ${printed(body['code'])}: ${printed(body['message'])}`);
  if (body['from'] !== 'USD') throw unusable(`expected rates from USD, got ${printed(body['from'])}`);
  const amount = isLosslessNumber(body['amount']) ? body['amount'].value : '';
  if (!/^1(\.0+)?$/.test(amount)) throw unusable(`expected rates for amount 1, got ${printed(body['amount'])}`);
  if (!Array.isArray(body['to'])) throw unusable(`expected a list of quotes, got ${printed(body['to'])}`);
  const quotes = body['to'].map((item) => readQuote(item, currencies));
  const answered = quotes.map(({ currency }) => currency);
  const doubled = answered.find((currency, index) => answered.indexOf(currency) !== index);
  if (doubled) throw unusable(`expected each currency once, got ${doubled} twice`);
  if (quotes.length === 0) throw unusable(`expected quotes for ${currencies.join(', ')}, got none`);
  return {
    observedAt: readTimestamp(body['timestamp'], now),
    quotes,
    missing: currencies.filter((currency) => !answered.includes(currency)),
  };
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

function readQuote(item: unknown, currencies: readonly string[]): Quote {
  const { quotecurrency: currency, mid } = (item ?? {}) as Record<string, unknown>;
  if (typeof currency !== 'string' || !currencies.includes(currency)) {
    throw unusable(`expected quotes for ${currencies.join(', ')}, got one for ${printed(currency)}`);
  }
  const digits = isLosslessNumber(mid) ? mid.value : '';
  if (!PLAIN_DECIMAL.test(digits) || !/[1-9]/.test(digits))
    throw unusable(`expected a plain decimal above 0 for ${currency}, got ${printed(mid)}`);
  return { currency, mid: digits };
}

function readTimestamp(timestamp: unknown, now: string): string {
  const millis =
    typeof timestamp === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(timestamp) ? Date.parse(timestamp) : Number.NaN;
  if (Number.isNaN(millis)) throw unusable(`expected a UTC timestamp, got ${printed(timestamp)}`);
  if (millis > Date.parse(now) + DAY_MS) throw unusable(`expected a timestamp at most a day ahead of ${now}, got ${timestamp}`);
  return new Date(millis).toISOString();
}

/** A 200 may have been billed, and asking again may help once. */
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
