import { chooseCurrencies } from './currency-choice.ts';
import type { Currency } from './currency-table.ts';
import { decimalText, type Fraction, fractionOf, inverseOf, product } from './fraction.ts';
import type { Digits } from './json-text.ts';
import { decimalOf, flagOf, listOf, type Query, textOf, wholeNumberOf } from './query.ts';
import { usdRate } from './walk.ts';
import { XeError } from './xe-error.ts';

/** What every rate endpoint is asked for: an amount of one currency in others, and how to write the answer. */
export interface Conversion {
  readonly base: Currency;
  readonly quotes: readonly Currency[];
  readonly amount: Digits;
  /** What a mid-market rate is multiplied by: the amount, and XE's margin in percent on top. */
  readonly factor: Fraction;
  readonly inverse: boolean;
  readonly places: number;
}

/**
 * Reads the parameters that the rate endpoints share (XE's Swagger 1.0.2). `base` and `quotes` name the parameters
 * that hold the one currency and the list; `on` is the instant that an unknown currency is reported for.
 * Throws `XeError` 400.
 */
export function readConversion(
  query: Query,
  { base, quotes, on }: { base: string; quotes: string; on: Date },
): Conversion {
  const codes = {
    base: textOf(query, base) ?? 'USD',
    quotes: listOf(query, quotes),
    obsolete: flagOf(query, 'obsolete'),
  };
  const amount = fractionOf(decimalOf(query, 'amount', '1'));
  const margin = fractionOf(decimalOf(query, 'margin', '0'));
  const withMargin = { top: 100n * margin.bottom + margin.top, bottom: 100n * margin.bottom };
  if (amount.top <= 0n) throw new XeError(400, 'amount must be above 0');
  if (withMargin.top <= 0n) throw new XeError(400, 'margin must be above -100 percent');
  return {
    ...chooseCurrencies({ ...codes, on }),
    amount: { digits: asXeEchoes(amount) },
    factor: product(amount, withMargin),
    inverse: flagOf(query, 'inverse'),
    places: wholeNumberOf(query, 'decimal_places', { min: 0, max: 10, standard: 10 }),
  };
}

/** A converted value as answers carry it: `mid` = amount × rate and, where it was asked for, `inverse` = 1 / mid. */
export function priceOf(
  conversion: Conversion,
  quote: Currency,
  at: Date,
): { mid: Digits; inverse?: Digits } {
  const price = exactPrice(conversion, quote, at);
  const mid = { digits: decimalText(price, conversion.places) };
  return conversion.inverse
    ? { mid, inverse: { digits: decimalText(inverseOf(price), conversion.places) } }
    : { mid };
}

/** A converted value before it is rounded: the cross rate through USD times amount and margin. */
export function exactPrice({ base, factor }: Conversion, quote: Currency, at: Date): Fraction {
  return product(usdRate(quote, at), inverseOf(usdRate(base, at)), factor);
}

/** XE echoes 55 as `55.0` and 2.50 as `2.5`. */
function asXeEchoes(amount: Fraction): string {
  return decimalText(amount, 10).replace(/0{1,9}$/, '');
}
