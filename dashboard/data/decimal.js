// @ts-check
import { Decimal } from 'decimal.js-light';

/** Decimal arithmetic on text: no figure on the page passes through a floating-point number. */

Decimal.set({ precision: 60, rounding: Decimal.ROUND_HALF_UP });

/**
 * `over` / `under` × `times`, rounded once, half away from zero; null for a division by zero.
 * @param {string} over
 * @param {string} under
 */
export function divide(over, under, { places = 2, times = 1 } = {}) {
  const divisor = new Decimal(under);
  return divisor.isZero() ? null : new Decimal(over).times(times).div(divisor).toFixed(places);
}

/**
 * The change in percent, with its sign: `+0.42`; without one where it rounds to `0.00`.
 * @param {string} now
 * @param {string} before
 */
export function computePercentChange(now, before) {
  const change = divide(new Decimal(now).minus(before).toString(), before, { times: 100 });
  if (change === null) return null;
  if (!/[1-9]/.test(change)) return change.replace('-', '');
  return change.startsWith('-') ? change : `+${change}`;
}

/** For sorting. @param {string} a @param {string} b */
export const compareDecimals = (a, b) => new Decimal(a).cmp(b);

/**
 * The weighted mean, rounded to `places`.
 * @param {readonly { value: string, weight: number }[]} samples at least one
 * @param {number} places
 */
export function averageDecimals(samples, places) {
  let sum = new Decimal(0);
  let weights = 0;
  for (const { value, weight } of samples) {
    sum = sum.plus(new Decimal(value).times(weight));
    weights += weight;
  }
  return sum.div(weights).toFixed(places);
}

/** `0.015107` → `1.51 %`. @param {string | null} share */
export const formatPercent = (share) =>
  share === null ? '–' : `${new Decimal(share).times(100).toFixed(2)} %`;

/** A float, for the position on the screen only. @param {string} text */
export const toPixelValue = (text) => Number(text);
