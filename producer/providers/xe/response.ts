import { isLosslessNumber } from 'lossless-json';
import {
  checkQuotes,
  isPeriod,
  parseObject,
  printed,
  type RawQuote,
  unusable as unusableOf,
} from '../checks.ts';
import type { RateRequest, RatesResponse } from '../port.ts';

export const TITLE = 'XE';
const unusable = (what: string) => unusableOf(TITLE, what);

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
