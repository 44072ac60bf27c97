import {
  type Conversion,
  exactPrice,
  priceOf,
  type Query,
  readConversion,
  textOf,
  wholeNumberOf,
} from './conversion.ts';
import type { Currency } from './currencies.ts';
import { decimalText, inverseOf, roundedUnits } from './prices.ts';
import {
  CODE,
  DAY,
  type Endpoint,
  type EndpointCall,
  HOUR,
  instantOf,
  LEGAL,
  latestStamp,
  timestampText,
  XeError,
} from './xe-format.ts';

/** `convert_from`: what an amount of one currency is worth in others, now. */
export const convertFrom: Endpoint = (call) => convert(call, 'from', 'to');

/**
 * `convert_to`: how much of other currencies gives an amount of one: XE's numbers are the same,
 * with the roles exchanged.
 */
export const convertTo: Endpoint = (call) => convert(call, 'to', 'from');

function convert({ query, now, mode }: EndpointCall, base: 'from' | 'to', quotes: 'from' | 'to') {
  const at = latestStamp(mode, now);
  const conversion = readConversion(query, { base, quotes, on: at });
  return {
    body: {
      ...LEGAL,
      [base]: conversion.base.iso,
      amount: conversion.amount,
      timestamp: timestampText(at),
      [quotes]: conversion.quotes.map((quote) => ({
        quotecurrency: quote.iso,
        ...priceOf(conversion, quote, at),
      })),
    },
    rates: conversion.quotes.length,
    lastModified: at,
  };
}

/**
 * `historic_rate`: the rates of a past UTC day at 00:00 or, on Live packages, at a time. XE's Live
 * packages send a mid-day rate when no time is given; here it is 00:00 in both modes, so that a day
 * has one value.
 */
export const historicRate: Endpoint = ({ query, now, mode }) => {
  const date = textOf(query, 'date');
  const time = textOf(query, 'time');
  if (date === undefined) throw new XeError(400, 'date is required');
  if (time !== undefined && mode === 'daily')
    throw new XeError(403, 'time is for Live packages only');
  const at = instantOf('date', `${date}T${time ?? '00:00'}`, CODE.ofDay);
  if (at > now) throw new XeError(400, `date must not be in the future, got ${timestampText(at)}`);
  const conversion = readConversion(query, { base: 'from', quotes: 'to', on: at });
  return {
    body: {
      ...LEGAL,
      from: conversion.base.iso,
      amount: conversion.amount,
      timestamp: timestampText(at),
      to: conversion.quotes.map((quote) => ({
        quotecurrency: quote.iso,
        ...priceOf(conversion, quote, at),
      })),
    },
    rates: conversion.quotes.length,
  };
};

/**
 * `historic_rate/period`: rates at every day or hour from start to end, a page at a time. Paging
 * counts instants, and a page beyond the last has none. Without an end the start is also the end;
 * without both it is today (XE does not say).
 */
export const historicPeriod: Endpoint = (call) => {
  const { query } = call;
  const period = periodOf(call);
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

function periodOf({ query, now, mode }: EndpointCall): Period {
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
    // A Daily package has one rate a day, at its lock-in time, whatever time was requested.
    start: mode === 'daily' ? latestStamp('daily', start) : start,
    end: last > now ? now : last,
    step: interval === 'daily' ? DAY : HOUR,
  };
}

/** A day, or an instant to the minute or second, in UTC or with a zone: XE's SDKs send both. */
function instantIn(query: Query, name: string): Date | undefined {
  const text = textOf(query, name);
  if (text === undefined) return undefined;
  const [, minute = text, second = '', sign = '', hours = '0', minutes = '0'] =
    /^(.*T\d\d:\d\d)(:[0-5]\d)?(?:Z|([+-])([01]\d):?([0-5]\d))?$/.exec(text) ?? [];
  const spelled = minute.includes('T') ? minute : `${minute}T00:00`;
  const local = instantOf(name, spelled, CODE.ofPeriod).getTime();
  const ahead = Number(`${sign}${Number(hours) * 60 + Number(minutes)}`);
  return new Date(local + Number(second.slice(1)) * 1000 - ahead * 60_000);
}

function pageOf(query: Query, { start, end, step }: Period): Date[] {
  const page = wholeNumberOf(query, 'page', { min: 1, max: 1_000_000, standard: 1 });
  const perPage = wholeNumberOf(query, 'per_page', { min: 1, max: 500, standard: 30 });
  const total = Math.floor((end.getTime() - start.getTime()) / step) + 1;
  const first = (page - 1) * perPage;
  const length = Math.max(0, Math.min(perPage, total - first));
  return Array.from({ length }, (_, index) => new Date(start.getTime() + (first + index) * step));
}

/**
 * `monthly_average`: the mean of the days' 00:00 UTC rates, for a month or for every month of a
 * year. A month that has not ended is averaged over the days it has had, and `daysInMonth` says how
 * many.
 */
export const monthlyAverage: Endpoint = ({ query, now }) => {
  const year = wholeNumberOf(query, 'year', {
    min: 1996,
    max: now.getUTCFullYear(),
    standard: now.getUTCFullYear(),
    code: CODE.ofYear,
  });
  const month = wholeNumberOf(query, 'month', {
    min: 1,
    max: 12,
    standard: 0,
    code: CODE.ofMonth,
  });
  if (textOf(query, 'margin') !== undefined)
    throw new XeError(400, 'monthly_average takes no margin');
  const wanted = month === 0 ? Array.from({ length: 12 }, (_, index) => index + 1) : [month];
  const months = wanted
    .map((number) => ({ number, days: daysSoFar(year, number, now) }))
    .filter(({ days }) => days.length > 0);
  if (months.length === 0)
    throw new XeError(400, `month must not be in the future, got ${year}-${month}`);
  const conversion = readConversion(query, {
    base: 'from',
    quotes: 'to',
    on: new Date(Date.UTC(year, 0)),
  });
  return {
    body: {
      ...LEGAL,
      from: conversion.base.iso,
      amount: conversion.amount,
      year,
      to: Object.fromEntries(
        conversion.quotes.map((quote) => [
          quote.iso,
          months.map(({ number, days }) => ({
            ...averageOf(conversion, quote, days),
            month: number,
            daysInMonth: days.length,
          })),
        ]),
      ),
    },
    rates: conversion.quotes.length * months.length,
  };
};

function daysSoFar(year: number, month: number, now: Date): Date[] {
  const first = Date.UTC(year, month - 1);
  const end = Math.min(Date.UTC(year, month), now.getTime() + 1);
  return Array.from(
    { length: Math.max(0, Math.ceil((end - first) / DAY)) },
    (_, index) => new Date(first + index * DAY),
  );
}

/**
 * The mean of the rates as published, 10 decimals each, so that anyone can check it against
 * historic_rate.
 */
function averageOf(conversion: Conversion, quote: Currency, days: readonly Date[]) {
  const sum = days.reduce(
    (total, day) => total + roundedUnits(exactPrice(conversion, quote, day), 10),
    0n,
  );
  const mean = { top: sum, bottom: BigInt(days.length) * 10n ** 10n };
  const monthlyAverage = { digits: decimalText(mean, conversion.places) };
  if (!conversion.inverse) return { monthlyAverage };
  return {
    monthlyAverage,
    monthlyAverageInverse: { digits: decimalText(inverseOf(mean), conversion.places) },
  };
}
