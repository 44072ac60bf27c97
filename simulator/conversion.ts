import { CURRENCIES, type Currency } from './currencies.ts';
import { decimalText, type Fraction, fractionOf, inverseOf, product, usdRate } from './prices.ts';
import { CODE, type Digits, timestampText, XeError } from './xe-format.ts';

/** A request's parameters, as Express reads them. */
export type Query = Readonly<Record<string, unknown>>;

/**
 * A parameter's text, or undefined. XE's Node client sends what it leaves out as an empty value, so
 * empty is absent.
 */
export function textOf(query: Query, name: string): string | undefined {
  const value = query[name] ?? '';
  if (typeof value !== 'string') throw new XeError(400, `${name} is given more than once`);
  return value.trim() === '' ? undefined : value.trim();
}

/** `true` or `false` in any case (Python writes `True`); absent is false. */
export function flagOf(query: Query, name: string): boolean {
  const text = textOf(query, name)?.toLowerCase() ?? 'false';
  if (text !== 'true' && text !== 'false')
    throw new XeError(400, `${name} must be true or false, got ${text}`);
  return text === 'true';
}

/** A whole number between two limits, or `standard` where the parameter is absent. */
export function wholeNumberOf(
  query: Query,
  name: string,
  limits: { min: number; max: number; standard: number; code?: number },
): number {
  const text = textOf(query, name);
  if (text === undefined) return limits.standard;
  const number = Number(text);
  if (/^\d{1,9}$/.test(text) && number >= limits.min && number <= limits.max) return number;
  throw new XeError(
    400,
    `${name} must be a whole number from ${limits.min} to ${limits.max}, got ${text}`,
    limits.code,
  );
}

/** A plain decimal (`2.5`, `-3`) of at most 15 digits before and 10 after the point. */
function decimalOf(query: Query, name: string, standard: string): string {
  const text = textOf(query, name) ?? standard;
  if (!/^-?\d{1,15}(\.\d{1,10})?$/.test(text))
    throw new XeError(400, `${name} must be a plain decimal, got ${text}`);
  return text;
}

/** The items of a comma list; a list without any is a missing parameter. */
export function listOf(query: Query, name: string): string[] {
  const items = (textOf(query, name) ?? '').split(',').map((item) => item.trim());
  const named = items.filter((item) => item !== '');
  if (named.length === 0) throw new XeError(400, `${name} is required`);
  return named;
}

/** Codes as requested: one base, and quotes in which `*` means every known currency. */
interface AskedCodes {
  readonly base: string;
  readonly quotes: readonly string[];
  /**
   * Whether obsolete currencies are wanted. If not, the successor takes the place of one, as at XE.
   */
  readonly obsolete: boolean;
  /** The instant that a missing currency is reported for. */
  readonly on: Date;
}

/**
 * The currencies behind codes in any case, each quote once. Throws XE's 400 with code 7, which
 * names ALL the missing codes, so that one retry without them can succeed.
 */
function chooseCurrencies({ base, quotes, obsolete, on }: AskedCodes): {
  base: Currency;
  quotes: Currency[];
} {
  const offered = CURRENCIES.filter(
    (currency) => obsolete || currency.supersededBy === undefined,
  ).map(({ iso }) => iso);
  const codes = [base, ...quotes.flatMap((code) => (code === '*' ? offered : [code]))].map((code) =>
    code.toUpperCase(),
  );
  const found = codes.map((code) => currencyOf(code, obsolete));
  const missing = codes.filter((_, index) => found[index] === undefined);
  const [baseCurrency, ...quoteCurrencies] = found.filter((currency) => currency !== undefined);
  if (baseCurrency === undefined || missing.length > 0)
    throw new XeError(
      400,
      `No ${[...new Set(missing)].join(', ')} found on ${timestampText(on)}`,
      CODE.ofCurrency,
    );
  return { base: baseCurrency, quotes: [...new Set(quoteCurrencies)] };
}

function currencyOf(code: string, obsolete: boolean): Currency | undefined {
  const currency = CURRENCIES.find(({ iso }) => iso === code);
  const successor = obsolete ? undefined : currency?.supersededBy;
  return successor === undefined ? currency : CURRENCIES.find(({ iso }) => iso === successor);
}

/** What every rate endpoint takes: an amount of one currency in others, and the format. */
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
 * Reads the parameters that the rate endpoints share (XE's Swagger 1.0.2). `base` and `quotes` name
 * the parameters that hold the one currency and the list; `on` is the instant that an unknown
 * currency is reported for. Throws `XeError` 400.
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

/**
 * A converted value as responses carry it: `mid` = amount × rate; on request `inverse` = 1 / mid.
 */
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
