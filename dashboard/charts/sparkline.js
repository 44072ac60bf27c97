// @ts-check
import { compared, grouped, position } from '../data/decimal.js';
import { drawing, element } from '../ui/element.js';
import { daysBetween, plusDays, today } from '../ui/moment.js';

/** @typedef {import('../data/answers.d.ts').Rate} Rate */

const [WIDTH, HEIGHT, EDGE] = [120, 32, 3];

/**
 * The last days as a line, broken where a day has no rate.
 * @param {readonly Rate[]} rates oldest first
 * @param {'rate' | 'inverse'} side
 * @param {number} days
 */
export function sparkline(rates, side, days) {
  const known = new Map(
    rates.flatMap((rate) => (rate[side] ? [[rate.rate_date, rate[side]]] : [])),
  );
  const figures = [...known.values()].sort(compared);
  const [low, high] = [figures[0], figures.at(-1)];
  if (low === undefined || high === undefined)
    return element('span', { class: 'unseen' }, 'No earlier days.');
  const [bottom, top] = [position(low), position(high)];
  const across = daysBetween(plusDays(today(), -days), today());
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
        : HEIGHT - EDGE - ((position(value) - bottom) / (top - bottom)) * (HEIGHT - 2 * EDGE);
    path += `${last ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}${last ? '' : 'h0'}`;
    last = `${x.toFixed(1)},${y.toFixed(1)}`;
  }
  const [cx, cy] = last.split(',');
  return element(
    'div',
    {},
    drawing(
      'svg',
      {
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        preserveAspectRatio: 'none',
        'aria-hidden': 'true',
        class: 'spark-line',
      },
      drawing('path', { d: path, 'vector-effect': 'non-scaling-stroke' }),
      last
        ? drawing('path', {
            d: `M${cx} ${cy}h0`,
            class: 'spark-end',
            'vector-effect': 'non-scaling-stroke',
          })
        : null,
    ),
    element(
      'span',
      { class: 'unseen' },
      `${days} days: lowest ${grouped(low)}, highest ${grouped(high)}.`,
    ),
  );
}
