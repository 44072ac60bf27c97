// @ts-check
import { toPixelValue } from '../data/decimal.js';
import { h, svg } from '../ui/dom.js';
import { groupThousands } from '../ui/numbers.js';
import { addDays, getToday, listDays } from '../ui/time.js';

/** @typedef {import('../data/types.d.ts').Schemas['Rate']} Rate */

const [WIDTH, HEIGHT, EDGE] = [120, 32, 3];

/**
 * The last days as a line, broken where a day has no rate.
 * @param {readonly Rate[]} rates oldest first
 * @param {'rate' | 'inverse'} side
 * @param {number} days
 */
export function createSparkline(rates, side, days) {
  const known = new Map(
    rates.flatMap((rate) => (rate[side] ? [[rate.rate_date, rate[side]]] : [])),
  );
  if (known.size === 0) return h('span.unseen', 'No earlier days.');
  const pickBy = (/** @type {(a: string, b: string) => boolean} */ isBetter) =>
    [...known.values()].reduce((best, one) => (isBetter(one, best) ? one : best));
  const low = pickBy((a, b) => toPixelValue(a) < toPixelValue(b));
  const high = pickBy((a, b) => toPixelValue(a) > toPixelValue(b));
  const values = listDays(addDays(getToday(), -days), getToday()).map((day) => known.get(day));
  const { path, end } = tracePath(values, toPixelValue(low), toPixelValue(high));
  const viewBox = `0 0 ${WIDTH} ${HEIGHT}`;
  const stroke = { 'vector-effect': 'non-scaling-stroke' };
  return h(
    'div',
    svg(
      'svg',
      { viewBox, preserveAspectRatio: 'none', 'aria-hidden': 'true', class: 'spark-line' },
      svg('path', { d: path, ...stroke }),
      end && svg('path', { d: `M${end}h0`, class: 'spark-end', ...stroke }),
    ),
    h('span.unseen', `${days} days: low ${groupThousands(low)}, high ${groupThousands(high)}.`),
  );
}

/**
 * @param {readonly (string | undefined)[]} values
 * @param {number} low
 * @param {number} high
 */
function tracePath(values, low, high) {
  const last = values.length - 1;
  let path = '';
  let end = '';
  for (const [at, value] of values.entries()) {
    if (value === undefined) {
      end = '';
      continue;
    }
    const height = high === low ? 0.5 : (toPixelValue(value) - low) / (high - low);
    const x = (EDGE + (at / last) * (WIDTH - 2 * EDGE)).toFixed(1);
    const y = (HEIGHT - EDGE - height * (HEIGHT - 2 * EDGE)).toFixed(1);
    path += `${end ? 'L' : 'M'}${x} ${y}${end ? '' : 'h0'}`;
    end = `${x} ${y}`;
  }
  return { path, end };
}
