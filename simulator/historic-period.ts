import { type Asked, type Endpoint, LEGAL } from './answer.ts';
import { priceOf, readConversion } from './conversion.ts';
import { type Query, textOf, wholeNumberOf } from './query.ts';
import { DAY, HOUR, instantOf, latestStamp, timestampText } from './timestamp.ts';
import { XeError } from './xe-error.ts';

/**
 * `historic_rate/period`: rates at every day or hour from start to end, a page at a time. Paging counts instants, and
 * a page beyond the last has none. Without an end the start is also the end; without both it is today (XE does not say).
 */
export const historicPeriod: Endpoint = (asked) => {
  const { query } = asked;
  const period = periodOf(asked);
  const instants = pageOf(query, period);
  const conversion = readConversion(query, { base: 'from', quotes: 'to', on: period.start });
  return {
    body: {
      ...LEGAL,
      from: conversion.base.iso,
      amount: conversion.amount,
      to: Object.fromEntries(
        conversion.quotes.map((quote) => [
          quote.iso,
          instants.map((at) => ({
            ...priceOf(conversion, quote, at),
            timestamp: timestampText(at),
          })),
        ]),
      ),
    },
    rates: conversion.quotes.length * instants.length,
  };
};

interface Period {
  readonly start: Date;
  readonly end: Date;
  readonly step: number;
}

function periodOf({ query, now, mode }: Asked): Period {
  const today = latestStamp('daily', now);
  const end = instantIn(query, 'end_timestamp');
  const start = instantIn(query, 'start_timestamp') ?? end ?? today;
  const interval = textOf(query, 'interval')?.toLowerCase() ?? 'daily';
  if (start > now)
    throw new XeError(
      400,
      `start_timestamp must not be in the future, got ${timestampText(start)}`,
    );
  if (end !== undefined && end < start)
    throw new XeError(400, 'end_timestamp must not be before start_timestamp');
  if (interval !== 'daily' && interval !== 'hourly')
    throw new XeError(400, `interval must be daily or hourly, got ${interval}`);
  if (interval === 'hourly' && mode === 'daily')
    throw new XeError(403, 'interval=hourly is for Live packages only');
  const last = end ?? start;
  return {
    // A Daily package has one rate a day, at its lock-in time, whatever time was asked for.
    start: mode === 'daily' ? latestStamp('daily', start) : start,
    end: last > now ? now : last,
    step: interval === 'daily' ? DAY : HOUR,
  };
}

function instantIn(query: Query, name: string): Date | undefined {
  const text = textOf(query, name);
  if (text === undefined) return undefined;
  return instantOf(name, text.includes('T') ? text : `${text}T00:00`);
}

function pageOf(query: Query, { start, end, step }: Period): Date[] {
  const page = wholeNumberOf(query, 'page', { min: 1, max: 1_000_000, standard: 1 });
  const perPage = wholeNumberOf(query, 'per_page', { min: 1, max: 500, standard: 30 });
  const total = Math.floor((end.getTime() - start.getTime()) / step) + 1;
  const first = (page - 1) * perPage;
  const length = Math.max(0, Math.min(perPage, total - first));
  return Array.from({ length }, (_, index) => new Date(start.getTime() + (first + index) * step));
}
