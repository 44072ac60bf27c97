// @ts-check
import { FILTERS, getAsOfDay, getLoanQuery, isInUsd, MONEY, openBook } from '../data/book.js';
import { ANY, DAY, onParamsChange, setParams } from '../data/params.js';
import { takeTurn } from '../data/schedule.js';
import { createButton, h, render } from '../ui/dom.js';
import { createChoice } from '../ui/filter.js';
import { exportFile } from '../ui/table.js';
import { getToday } from '../ui/time.js';
import { createLoanDetail } from './loan-detail.js';
import { createLoanTable } from './loan-table.js';
import { createParTrend } from './par-trend.js';
import { createPortfolio } from './portfolio.js';

/** Of the URL. */
const PARAMS = {
  ...{ as_of: DAY, in: MONEY, loan: ANY, sort: ANY },
  ...Object.fromEntries(FILTERS.map((name) => [name, ANY])),
};

export const LOANS_VIEW = { title: 'Loan book', open, PARAMS };

/** @param {HTMLElement} place @param {AbortSignal} signal */
async function open(place, signal) {
  /** @type {HTMLInputElement} */
  const date = h('input', {
    type: 'date',
    id: 'as-of',
    min: '1990-01-01',
    max: '2199-12-31',
    change: () => date.value && setParams({ as_of: date.value }),
  });
  const money = createChoice('in', 'Amounts', [
    ['own', 'own currency'],
    ['usd', 'USD'],
  ]);
  const notes = createBookNotes();
  const book = openBook(signal, notes.show);
  // Requested meanwhile, for the portfolio.
  book.par().catch(() => {});
  place.append(
    h('h1.unseen', 'Loan book'),
    h(
      'section.panel.bare.toolbar',
      { 'aria-label': 'Day, currency, and exports' },
      h('div.field.inline', h('label', { for: 'as-of' }, 'As of the close of'), date),
      notes.reason,
      createButton('Today', () => setParams({ as_of: getToday() })),
      money.root,
      createExports(),
    ),
    notes.root,
  );
  await takeTurn();
  if (signal.aborted) return;
  const portfolio = createPortfolio(book, signal);
  const trend = createParTrend(book, signal);
  const loans = createLoanTable(book, signal);
  const detail = createLoanDetail(book, signal);
  const follow = () => {
    date.value = getAsOfDay();
    for (const part of [money, portfolio, trend, loans, detail]) part.follow();
    // Where it fails, the panels say why, and request it again.
    return book.status().catch(() => null);
  };
  onParamsChange(follow, signal);
  await follow();
  // After the notes, which would push them down.
  const panels = [h('div.two.wide-first', portfolio.root, trend.root), loans.root];
  if (!signal.aborted) place.append(...panels, detail.root);
}

/** Why this day, and the limits of the book. */
function createBookNotes() {
  const root = h('div.book-notes', { role: 'status' });
  const reason = h('span', { role: 'status' });
  let shown = '';
  /** @param {import('../data/types.d.ts').Schemas['LoanBook']} status */
  const show = (status) => {
    const key = JSON.stringify([status, getAsOfDay()]);
    if (key === shown) return;
    shown = key;
    const { is_sample: isSample, opening_day: day, limits } = status;
    const isOpening = getAsOfDay() === day && day !== getToday();
    const text = 'Newest day with activity and open loans, not today';
    render(reason, isOpening && h('strong', { class: 'mark long' }, text));
    const warnings = limits.filter(({ code }) => code === 'rejected_rows');
    const others = limits.filter(({ code }) => code !== 'rejected_rows' && code !== 'sample');
    render(
      root,
      isSample &&
        h(
          'div.banner.warning',
          h('strong', 'SAMPLE'),
          h('p', 'Example data of this project, not a real portfolio.'),
        ),
      warnings.map(({ text }) => h('div.banner.warning', h('strong', 'INCOMPLETE'), h('p', text))),
      h('p.muted.small', others.map((limit) => limit.text).join(' ')),
    );
  };
  return { root, reason, show };
}

/** @typedef {{ title: string, path: string, hasTotals?: boolean, isFiltered?: boolean }} Export */
/** @type {readonly Export[]} */
const EXPORTS = [
  { title: 'Loans', path: '/v2/loans', hasTotals: true, isFiltered: true },
  { title: 'Missed payments', path: '/v2/reports/missed', hasTotals: true },
  { title: 'PAR', path: '/v2/reports/par' },
];

/** The loans as they are filtered and sorted, and the other reports. */
function createExports() {
  const outcome = h('span', { role: 'status' });
  const save = (/** @type {Export} */ { path, hasTotals, isFiltered }, ending = '') => {
    const query = isFiltered ? getLoanQuery() : new URLSearchParams({ as_of: getAsOfDay() });
    // Only totals are converted, and a CSV has none.
    if (isInUsd() && !(hasTotals && ending === 'csv')) query.set('in', 'USD');
    if (isFiltered && ending === 'xlsx') query.set('totals', 'true');
    const find = query.get('find');
    const filters = [query.get('status') ?? [], find ? `find-${find}` : []].flat();
    const what = [path.split('/').at(-1), ...filters].join('_').replace(/[^\w.-]+/g, '-');
    const file = `loan-book_${what}_${getAsOfDay()}.${ending}`;
    return exportFile(outcome, `${path}.${ending}?${query}`, file);
  };
  const createExport = (/** @type {Export} */ one) =>
    h(
      'span.row',
      `${one.title}: `,
      ['csv', 'xlsx'].map((ending) => {
        const label = `${one.title} as ${ending.toUpperCase()}`;
        const attributes = { class: 'link', 'aria-label': label };
        return createButton(ending.toUpperCase(), () => void save(one, ending), attributes);
      }),
    );
  return h('div.row.downloads', EXPORTS.map(createExport), outcome);
}
