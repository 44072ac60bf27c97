import { type Endpoint, LEGAL } from './answer.ts';
import { priceOf, readConversion } from './conversion.ts';
import { textOf } from './query.ts';
import { instantOf, timestampText } from './timestamp.ts';
import { XeError } from './xe-error.ts';

/**
 * `historic_rate`: the rates of a past UTC day at 00:00 or, on Live packages, at a time.
 * XE's Live packages answer with a mid-day rate when no time is given; here it is 00:00 in both modes, so that a day
 * has one value.
 */
export const historicRate: Endpoint = ({ query, now, mode }) => {
  const date = textOf(query, 'date');
  const time = textOf(query, 'time');
  if (date === undefined) throw new XeError(400, 'date is required');
  if (time !== undefined && mode === 'daily')
    throw new XeError(403, 'time is for Live packages only');
  const at = instantOf('date', `${date}T${time ?? '00:00'}`);
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
