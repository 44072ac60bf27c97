import { createHash } from 'node:crypto';
import type { Currency } from './currencies.ts';

/**
 * An exact positive or negative ratio. Rates stay one until they are written: the only rounding is
 * the last.
 */
export interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

/**
 * The fraction of a plain percentage such as `2.05` or `-3`. The caller has checked that
 * it is one.
 */
export function fractionOf(decimal: string): Fraction {
  const [whole = '0', decimals = ''] = decimal.split('.');
  return { top: BigInt(whole + decimals), bottom: 10n ** BigInt(decimals.length) };
}

/** The exact product. */
export function product(...factors: readonly Fraction[]): Fraction {
  return factors.reduce((left, right) => ({
    top: left.top * right.top,
    bottom: left.bottom * right.bottom,
  }));
}

/** 1 divided by a fraction that is not 0. */
export function inverseOf({ top, bottom }: Fraction): Fraction {
  return { top: bottom, bottom: top };
}

/** A positive fraction in units of 10^-places, halves rounded up. */
export function roundedUnits({ top, bottom }: Fraction, places: number): bigint {
  return (top * 10n ** BigInt(places) * 2n + bottom) / (bottom * 2n);
}

/** A positive fraction as plain decimal text with exactly `places` decimals. */
export function decimalText(fraction: Fraction, places: number): string {
  const digits = roundedUnits(fraction, places)
    .toString()
    .padStart(places + 1, '0');
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

const HOUR = 60n;
const DAY = 24n * HOUR;
const PARTS = 1_000_000n;
const LATTICE_UNIT = 2n ** 63n;

/**
 * Swings of one walk: how many minutes from one lattice point to the next, and how far it may go,
 * in millionths. Together under 20 %, so a rate stays near its usual level for ever; a day moves it
 * by 0.2 % or so, at most by 1.5 %.
 */
const OCTAVES = [
  { period: 1024n * DAY, reach: 100_000n },
  { period: 256n * DAY, reach: 50_000n },
  { period: 64n * DAY, reach: 25_000n },
  { period: 16n * DAY, reach: 12_000n },
  { period: 4n * DAY, reach: 5_000n },
  { period: DAY, reach: 1_500n },
  { period: 90n, reach: 500n },
];

/**
 * Units of a currency for 1 USD at a minute, exactly 10 decimals. A pure function of the two: every
 * run and every machine agrees, on any past minute too. BigInt, since floats differ in the last
 * digits.
 */
export function usdRate(currency: Currency, at: Date): Fraction {
  if (currency.iso === 'USD') return { top: 1n, bottom: 1n };
  const minute = BigInt(Math.floor(at.getTime() / 60_000));
  // An obsolete currency walks with its successor: the two are a fixed multiple of each other.
  const seed = currency.supersededBy ?? currency.iso;
  const swing = OCTAVES.reduce(
    (sum, { period, reach }) => sum + reach * noise(`${seed}|${period}`, minute, period),
    0n,
  );
  const factor = { top: PARTS * LATTICE_UNIT + swing, bottom: PARTS * LATTICE_UNIT };
  return { top: roundedUnits(product(fractionOf(currency.usual), factor), 10), bottom: 10n ** 10n };
}

/** How far the second face's walk is above the first's, in millionths: this much, give or take. */
const SECOND_ABOVE = 2_000n;

/** As `usdRate`, for a second provider of the same market: 0 to 0.4 % above it. */
export function secondUsdRate(currency: Currency, at: Date): Fraction {
  const rate = usdRate(currency, at);
  if (currency.iso === 'USD') return rate;
  const minute = BigInt(Math.floor(at.getTime() / 60_000));
  const above = LATTICE_UNIT + noise(`${currency.iso}|second`, minute, 4n * DAY);
  const factor = {
    top: PARTS * LATTICE_UNIT + SECOND_ABOVE * above,
    bottom: PARTS * LATTICE_UNIT,
  };
  return product(rate, factor);
}

/** Value noise in [-2^63, 2^63): random at the lattice points, smoothstep between them. */
function noise(seed: string, minute: bigint, period: bigint): bigint {
  const point = minute / period;
  const past = minute % period;
  const from = latticeValue(seed, point);
  const to = latticeValue(seed, point + 1n);
  return from + ((to - from) * past * past * (3n * period - 2n * past)) / period ** 3n;
}

function latticeValue(seed: string, point: bigint): bigint {
  return createHash('sha256').update(`${seed}|${point}`).digest().readBigInt64BE();
}
