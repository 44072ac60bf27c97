import { type Endpoint, LEGAL } from './answer.ts';
import { type Conversion, exactPrice, readConversion } from './conversion.ts';
import type { Currency } from './currency-table.ts';
import { decimalText, inverseOf, roundedUnits } from './fraction.ts';
import { textOf, wholeNumberOf } from './query.ts';
import { DAY } from './timestamp.ts';
import { XeError } from './xe-error.ts';

/**
 * `monthly_average`: the mean of the days' 00:00 UTC rates, for a month or for every month of a year.
 * A month that has not ended is averaged over the days it has had, and `daysInMonth` says how many.
 */
export const monthlyAverage: Endpoint = ({ query, now }) => {
  const year = wholeNumberOf(query, 'year', {
    min: 1996,
    max: now.getUTCFullYear(),
    standard: now.getUTCFullYear(),
  });
  const month = wholeNumberOf(query, 'month', { min: 1, max: 12, standard: 0 });
  if (textOf(query, 'margin') !== undefined)
    throw new XeError(400, 'monthly_average takes no margin');
  const asked = month === 0 ? Array.from({ length: 12 }, (_, index) => index + 1) : [month];
  const months = asked
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

/** The mean of the rates as published, 10 decimals each, so that anyone can check it against historic_rate. */
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
