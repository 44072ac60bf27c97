// @ts-check

import { getAsOfDay } from '../data/as-of.js';
import { DEFAULT_SORT } from '../data/book.js';
import { getParam, setParams } from '../data/params.js';
import { createMark, h } from '../ui/dom.js';
import { renderAmount } from '../ui/figures.js';
import { createFilter } from '../ui/filter.js';
import { createEmptyState, createPanel } from '../ui/panel.js';
import { createTerm } from './definitions.js';

/** @typedef {import('../data/types.d.ts').Loan} Loan */
/** @typedef {Awaited<ReturnType<import('../data/book.js').Book['converter']>>} Convert */
/** @typedef {{ name: string, key: keyof Loan, figures?: boolean }} Column */

/** @type {readonly Column[]} */
const COLUMNS = [
  { name: 'Loan', key: 'loan_id' },
  { name: 'Borrower', key: 'borrower_name' },
  { name: 'Branch', key: 'branch' },
  { name: 'Status', key: 'status' },
  { name: 'Days past due', key: 'current_days_past_due', figures: true },
  { name: 'PAR days', key: 'par_days', figures: true },
  { name: 'At risk', key: 'amount_at_risk', figures: true },
  { name: 'Outstanding', key: 'outstanding_balance', figures: true },
  { name: 'Paid', key: 'total_amount_paid', figures: true },
  { name: 'Last payment', key: 'last_repayment_date' },
];
const STATUSES = ['in_arrears', 'current', 'settled', 'not_released', 'no_schedule'];
const TYPING_MS = 150;

/**
 * One row per loan, filtered and sorted by the service: the filter is of the whole book.
 * @param {import('../data/book.js').Book} book
 * @param {AbortSignal} signal
 */
export function loanTable(book, signal) {
  const find = h('input', {
    type: 'search',
    placeholder: 'Loan, borrower or branch',
    'aria-label': 'Find loans',
    value: getParam('find'),
    input: () => search(),
  });
  const status = createFilter('status', 'Status', STATUSES);
  const tools = [find, status.select];
  const { root, load } = createPanel({ title: 'Loans', signal, tools, lines: 8 });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const search = () => {
    clearTimeout(timer);
    timer = setTimeout(() => setParams({ find: find.value || null }, { step: false }), TYPING_MS);
  };
  let seen = '';
  const follow = () => {
    status.follow();
    if (document.activeElement !== find) find.value = getParam('find');
    const params = ['in', 'status', 'find', 'sort', 'loan'].map((name) => getParam(name));
    const now = [getAsOfDay(), ...params].join('\n');
    if (now === seen) return;
    seen = now;
    void load(async () => {
      const [{ data, meta }, convert] = await Promise.all([book.loans(), book.converter()]);
      if (data.length === 0)
        return [createEmptyState('No loans.', 'Change the words or the status above.')];
      const all = meta.count ?? data.length;
      const shown =
        all > data.length ? ` The first ${data.length} are shown, exports have all.` : '';
      const count = `${all} loan${all === 1 ? '' : 's'}.${shown} Choose one to see its history.`;
      return [
        h('p', { class: 'muted small count', role: 'status' }, count),
        createGrid(data, convert),
      ];
    });
  };
  return { root, follow };
}

/** @param {Loan[]} loans @param {Convert} convert */
function createGrid(loans, convert) {
  return h(
    'div',
    { class: 'scroll tall', tabindex: '0', role: 'region', 'aria-label': 'Table: loans' },
    h(
      'table',
      { class: 'loans' },
      h('caption', { class: 'unseen' }, `Loans as of ${getAsOfDay()}`),
      h('thead', {}, h('tr', {}, COLUMNS.map(createHeading))),
      h(
        'tbody',
        {},
        loans.map((loan) => createRow(loan, convert)),
      ),
    ),
  );
}

/** @param {Column} column */
function createHeading({ name, key, figures = false }) {
  const [sorted, direction] = getParam('sort', DEFAULT_SORT).split('.');
  const isSorted = sorted === key;
  const isDown = isSorted && direction === 'down';
  const next = isDown || (!isSorted && !figures) ? 'up' : 'down';
  const sort = () => setParams({ sort: `${key}.${next}` }, { step: false });
  const mark = isSorted ? (isDown ? '▾' : '▴') : '';
  return h(
    'th',
    {
      scope: 'col',
      class: figures ? 'figure' : null,
      'aria-sort': isSorted ? (isDown ? 'descending' : 'ascending') : null,
    },
    h(
      'button',
      { type: 'button', class: 'sort', 'data-key': key, click: sort },
      createTerm(name),
      h('span', { 'aria-hidden': 'true', class: 'sort-mark' }, mark),
    ),
  );
}

/** @type {Record<string, 'wrong' | 'good'>} */
const KINDS = { in_arrears: 'wrong', current: 'good' };

/** @param {Loan} loan @param {Convert} convert */
function createRow(loan, convert) {
  const isChosen = getParam('loan') === loan.loan_id;
  const amount = (/** @type {string | null} */ own) => {
    const shown = convert(loan, own);
    return [renderAmount(shown.amount), h('span', { class: 'unit' }, ` ${shown.currency ?? ''}`)];
  };
  const choose = h(
    'button',
    {
      type: 'button',
      class: 'link',
      'data-key': `loan-${loan.loan_id}`,
      'aria-pressed': String(isChosen),
      click: () => setParams({ loan: isChosen ? null : loan.loan_id }),
    },
    loan.loan_id,
  );
  const cells = [
    choose,
    loan.borrower_name ?? loan.borrower_id,
    loan.branch ?? '–',
    createMark(KINDS[loan.status] ?? 'dull', loan.status.replace('_', ' ')),
    String(loan.current_days_past_due),
    String(loan.par_days),
    amount(loan.amount_at_risk),
    amount(loan.outstanding_balance),
    amount(loan.total_amount_paid),
    loan.last_repayment_date ?? '–',
  ];
  return h(
    'tr',
    { class: isChosen ? 'is-chosen' : null },
    cells.map((cell, at) => h('td', { class: COLUMNS[at]?.figures ? 'figure' : null }, cell)),
  );
}
