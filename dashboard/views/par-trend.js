// @ts-check
import { createLineChart } from '../charts/line-chart.js';
import { getAsOfDay } from '../data/book.js';
import { formatPercent, toPixelValue } from '../data/decimal.js';
import { getParam } from '../data/params.js';
import { createEmptyState, createPanel } from '../ui/panel.js';
import { createDisclosure, createTable, number, text } from '../ui/table.js';
import { listMonthEnds } from '../ui/time.js';
import { groupByCurrency } from './portfolio.js';

const MONTHS = 13;
const AT_ONCE = 3;

/**
 * PAR30 at the close of each of the last months.
 * @param {import('../data/book.js').Book} book
 * @param {AbortSignal} signal
 */
export function createParTrend(book, signal) {
  const { root, loadFor } = createPanel({ title: 'PAR30, a year back', signal, lines: 9 });
  const follow = () =>
    loadFor(`${getAsOfDay()} ${getParam('in')}`, async (shown) => {
      await book.ready();
      const days = listMonthEnds(getAsOfDay(), MONTHS);
      /** @type {import('../data/types.d.ts').Schemas['ParLine'][][]} */
      const reports = [];
      // A few at a time, since each is computed from the whole book; the newest first, which the
      // portfolio needs as well.
      const next = [...days.entries()].reverse().values();
      const asking = Array.from({ length: AT_ONCE }, async () => {
        for (const [at, day] of next) reports[at] = (await book.par(day)).data;
      });
      await Promise.all(asking);
      const courses = new Map();
      for (const [at, lines] of reports.entries()) {
        for (const { currency, lines: own } of groupByCurrency(lines)) {
          const shares = courses.get(currency) ?? days.map(() => null);
          shares[at] = own.find(({ measure }) => measure === 'PAR>30')?.by_outstanding ?? null;
          courses.set(currency, shares);
        }
      }
      if (![...courses.values()].flat().some((share) => share !== null))
        return [
          createEmptyState(
            'Not known for these days.',
            'Nothing was outstanding, or in USD there were no rates.',
          ),
        ];
      return [
        createChart(days, courses, shown),
        createDisclosure('Data table', () => createDataTable(days, courses)),
      ];
    });
  return { root, follow };
}

/** @typedef {Map<string, (string | null)[]>} Courses share of the balance at each day */

/** @param {string[]} days @param {Courses} courses @param {AbortSignal} signal */
function createChart(days, courses, signal) {
  const lines = [...courses].map(([currency, shares]) => ({
    label: currency,
    values: shares.map((share) => (share === null ? null : toPixelValue(share) * 100)),
    texts: shares.map((share) => formatPercent(share)),
  }));
  const span = `from ${days[0]} to ${days.at(-1)}`;
  const names = [...courses.keys()].join(', ');
  const describes = `Line chart of PAR30 in percent ${span} for ${names}.`;
  return createLineChart({ days, lines, describes, class: 'short' }, signal);
}

/** @param {string[]} days @param {Courses} courses */
function createDataTable(days, courses) {
  const columns = [
    text('As of', (/** @type {string} */ day) => day),
    ...[...courses].map(([currency, shares]) =>
      number(currency, (/** @type {string} */ day) =>
        formatPercent(shares[days.indexOf(day)] ?? null),
      ),
    ),
  ];
  return createTable('PAR30 by month', columns, [...days].reverse());
}
