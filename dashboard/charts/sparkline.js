// @ts-check
import { compareDecimals, groupThousands, toPixelValue } from '../data/decimal.js';
import { h, svg } from '../ui/dom.js';
import { addDays, getToday, listDays } from '../ui/time.js';

/** @typedef {import('../data/answers.d.ts').Rate} Rate */

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
  const figures = [...known.values()].sort(compareDecimals);
  const [low, high] = [figures[0], figures.at(-1)];
  if (low === undefined || high === undefined)
    return h('span', { class: 'unseen' }, 'No earlier days.');
  const [bottom, top] = [toPixelValue(low), toPixelValue(high)];
  const across = listDays(addDays(getToday(), -days), getToday());
  let path = '';
  let last = '';
  for (const [at, day] of across.entries()) {
    const value = known.get(day);
    if (value === undefined) {
      last = '';
      continue;
    }
    const x = EDGE + (at / days) * (WIDTH - 2 * EDGE);
    const y =
      top === bottom
        ? HEIGHT / 2
        : HEIGHT - EDGE - ((toPixelValue(value) - bottom) / (top - bottom)) * (HEIGHT - 2 * EDGE);
    path += `${last ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}${last ? '' : 'h0'}`;
    last = `${x.toFixed(1)},${y.toFixed(1)}`;
  }
  const [cx, cy] = last.split(',');
  return h(
    'div',
    {},
    svg(
      'svg',
      {
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        preserveAspectRatio: 'none',
        'aria-hidden': 'true',
        class: 'spark-line',
      },
      svg('path', { d: path, 'vector-effect': 'non-scaling-stroke' }),
      last
        ? svg('path', {
            d: `M${cx} ${cy}h0`,
            class: 'spark-end',
            'vector-effect': 'non-scaling-stroke',
          })
        : null,
    ),
    h(
      'span',
      { class: 'unseen' },
      `${days} days: lowest ${groupThousands(low)}, highest ${groupThousands(high)}.`,
    ),
  );
}
