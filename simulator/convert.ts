import { type Asked, type Endpoint, LEGAL } from './answer.ts';
import { priceOf, readConversion } from './conversion.ts';
import { latestStamp, timestampText } from './timestamp.ts';

/** `convert_from`: what an amount of one currency is worth in others, now. */
export const convertFrom: Endpoint = (asked) => convert(asked, 'from', 'to');

/** `convert_to`: how much of other currencies gives an amount of one: XE's numbers are the same, with the roles exchanged. */
export const convertTo: Endpoint = (asked) => convert(asked, 'to', 'from');

function convert({ query, now, mode }: Asked, base: 'from' | 'to', quotes: 'from' | 'to') {
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
