// @ts-check

import { lineChart } from '../charts/line-chart.js';
import { colourOf } from '../charts/series.js';
import { asked } from '../data/address.js';
import { dayAsked } from '../data/as-of.js';
import { percent, position } from '../data/decimal.js';
import { onDemand, table } from '../ui/element.js';
import { monthEnds } from '../ui/moment.js';
import { nothing, panel } from '../ui/panel.js';
import { groupsOf } from './portfolio.js';

const MONTHS = 13;
const AT_ONCE = 3;

/** PAR30 at the close of each of the last months. @param {import('../data/book.js').Book} book @param {AbortSignal} signal */
export function parTrend(book, signal) {
  const { root, load } = panel({ title: 'PAR30, a year back', signal, lines: 9 });
  let drawn = new AbortController();
  let seen = '';
  const follow = () => {
    const now = `${dayAsked()} ${asked('in')}`;
    if (now === seen) return;
    seen = now;
    void load(async () => {
      const days = monthEnds(dayAsked(), MONTHS);
      /** @type {import('../data/answers.d.ts').ParLine[][]} */
      const reports = [];
      // A few at a time, since each is computed from the whole book; the newest first, which the portfolio wants as well.
      const next = [...days.entries()].reverse().values();
      const asking = Array.from({ length: AT_ONCE }, async () => {
        for (const [at, day] of next) reports[at] = (await book.par(day)).data;
      });
      await Promise.all(asking);
      const courses = new Map();
      for (const [at, lines] of reports.entries()) {
        for (const { currency, lines: own } of groupsOf(lines)) {
          const shares = courses.get(currency) ?? days.map(() => null);
          shares[at] = own.find(({ measure }) => measure === 'PAR>30')?.by_outstanding ?? null;
          courses.set(currency, shares);
        }
      }
      if (![...courses.values()].flat().some((share) => share !== null))
        return [
          nothing(
            'Not known for these days.',
            'Nothing was outstanding, or in USD there were no rates.',
          ),
        ];
      drawn.abort();
      drawn = new AbortController();
      return [
        chart(days, courses, AbortSignal.any([signal, drawn.signal])),
        onDemand('Data table', () => dataTable(days, courses)),
      ];
    });
  };
  return { root, follow };
}

/** @typedef {Map<string, (string | null)[]>} Courses share of the outstanding balance at each day */

/** @param {string[]} days @param {Courses} courses @param {AbortSignal} signal */
function chart(days, courses, signal) {
  const lines = [...courses].map(([currency, shares]) => ({
    label: currency,
    colour: colourOf(currency),
    values: shares.map((share) => (share === null ? null : position(share) * 100)),
    texts: shares.map((share) => percent(share)),
  }));
  const describes = `Line chart of PAR30 in percent from ${days[0]} to ${days.at(-1)} for ${[...courses.keys()].join(', ')}.`;
  return lineChart({ days, lines, describes, class: 'short' }, signal);
}

/** @param {string[]} days @param {Courses} courses */
function dataTable(days, courses) {
  const columns = [
    { name: 'As of' },
    ...[...courses.keys()].map((name) => ({ name, figures: true })),
  ];
  const rows = days
    .map((day, at) => [day, ...[...courses.values()].map((shares) => percent(shares[at] ?? null))])
    .reverse();
  return table('PAR30 by month', columns, rows);
}
