// @ts-check

import { getAsOfDay } from '../data/as-of.js';
import { compareDecimals } from '../data/decimal.js';
import { getParam, setParams } from '../data/params.js';
import { h, render } from '../ui/dom.js';
import { renderAmount } from '../ui/figures.js';
import { createEmptyState, createPanel } from '../ui/panel.js';

/** @typedef {import('../data/types.d.ts').Loan} Loan */
/** @typedef {Awaited<ReturnType<import('../data/book.js').Book['converter']>>} Convert */

const text = (/** @type {string | null} */ a, /** @type {string | null} */ b) =>
  (a ?? '').localeCompare(b ?? '');
/** @typedef {{ name: string, key: keyof Loan, order?: (a: string, b: string) => number, figures?: boolean }} Column */
/** @type {readonly Column[]} */
const COLUMNS = [
  { name: 'Loan', key: 'loan_id', order: text },
  { name: 'Borrower', key: 'borrower_name', order: text },
  { name: 'Branch', key: 'branch', order: text },
  { name: 'Status', key: 'status', order: text },
  { name: 'Days past due', key: 'current_days_past_due', figures: true },
  { name: 'PAR days', key: 'par_days', figures: true },
  { name: 'At risk', key: 'amount_at_risk', order: compareDecimals, figures: true },
  { name: 'Outstanding', key: 'outstanding_balance', order: compareDecimals, figures: true },
  { name: 'Paid', key: 'total_amount_paid', order: compareDecimals, figures: true },
  { name: 'Last payment', key: 'last_repayment_date', order: text },
];
/** @type {Column} */
const DEFAULT = { name: 'Loan', key: 'loan_id', order: text };
const STATUSES = ['all', 'in_arrears', 'current', 'settled', 'not_released'];
const TYPING_MS = 150;

/** One row a loan: sorted by a click on a heading, filtered as one types. @param {import('../data/book.js').Book} book @param {AbortSignal} signal */
export function loanTable(book, signal) {
  const find = h('input', {
    type: 'search',
    placeholder: 'Loan, borrower or branch',
    'aria-label': 'Find loans',
    value: getParam('find'),
    input: () => later(),
  });
  /** @type {HTMLSelectElement} */
  const status = h(
    'select',
    {
      'aria-label': 'Status',
      change: () =>
        setParams({ status: status.value === 'all' ? null : status.value }, { step: false }),
    },
    STATUSES.map((name) => h('option', { value: name }, name.replace('_', ' '))),
  );
  const { root, load } = createPanel({ title: 'Loans', signal, tools: [find, status], lines: 8 });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;
  const later = () => {
    clearTimeout(soon);
    soon = setTimeout(() => setParams({ find: find.value || null }, { step: false }), TYPING_MS);
  };
  let seen = '';
  const follow = () => {
    status.value = getParam('status', 'all');
    if (document.activeElement !== find) find.value = getParam('find');
    const now = [
      getAsOfDay(),
      ...['in', 'status', 'find', 'sort', 'loan'].map((name) => getParam(name)),
    ].join('\n');
    if (now === seen) return;
    seen = now;
    void load(async () => {
      const [{ data, more }, convert] = await Promise.all([book.loans(), book.converter()]);
      if (data.length === 0) return [createEmptyState('The loan book is empty.')];
      const wanted = sorted(data.filter(matches));
      const count = h('p', { class: 'muted small count', role: 'status' });
      render(
        count,
        `${wanted.length} of ${data.length} loans${more ? ': the first by id; the downloads hold all of them' : ''}. Choose one to see its history.`,
      );
      return [
        count,
        wanted.length > 0
          ? grid(wanted, convert)
          : createEmptyState('No loan matches.', 'Change the words or the status above.'),
      ];
    });
  };
  return { root, follow };
}

/** @param {Loan} loan */
function matches({ loan_id, borrower_id, borrower_name, branch, status }) {
  const words = getParam('find').toLowerCase().split(/\s+/);
  const about = [loan_id, borrower_id, borrower_name, branch].join(' ').toLowerCase();
  return (
    (getParam('status', 'all') === 'all' || getParam('status') === status) &&
    words.every((word) => about.includes(word))
  );
}

/** @param {Loan[]} loans */
function sorted(loans) {
  const [name, way] = getParam('sort', 'current_days_past_due.down').split('.');
  const { key, order: compare } = COLUMNS.find((column) => column.key === name) ?? DEFAULT;
  const order = (/** @type {Loan} */ one, /** @type {Loan} */ other) =>
    compare
      ? compare(String(one[key] ?? ''), String(other[key] ?? ''))
      : Number(one[key]) - Number(other[key]);
  return loans.sort(
    (one, other) =>
      (way === 'down' ? order(other, one) : order(one, other)) || text(one.loan_id, other.loan_id),
  );
}

/** @param {Loan[]} loans @param {Convert} convert */
function grid(loans, convert) {
  return h(
    'div',
    { class: 'scroll tall', tabindex: '0', role: 'region', 'aria-label': 'Table: loans' },
    h(
      'table',
      { class: 'loans' },
      h('caption', { class: 'unseen' }, `Loans as of ${getAsOfDay()}`),
      h('thead', {}, h('tr', {}, COLUMNS.map(heading))),
      h(
        'tbody',
        {},
        loans.map((loan) => row(loan, convert)),
      ),
    ),
  );
}

/** @param {Column} column */
function heading(column) {
  const [name, way] = getParam('sort', 'current_days_past_due.down').split('.');
  const mine = name === column.key;
  const next = mine && way === 'down' ? 'up' : mine ? 'down' : column.figures ? 'down' : 'up';
  return h(
    'th',
    {
      scope: 'col',
      class: column.figures ? 'figure' : null,
      'aria-sort': mine ? (way === 'down' ? 'descending' : 'ascending') : null,
    },
    h(
      'button',
      {
        type: 'button',
        class: 'sort',
        'data-key': column.key,
        click: () => setParams({ sort: `${column.key}.${next}` }, { step: false }),
      },
      column.name,
      h(
        'span',
        { 'aria-hidden': 'true', class: 'sort-mark' },
        mine ? (way === 'down' ? '▾' : '▴') : '',
      ),
    ),
  );
}

/** @param {Loan} loan @param {Convert} convert */
function row(loan, convert) {
  const chosen = getParam('loan') === loan.loan_id;
  const amount = (/** @type {string} */ own) => {
    const shown = convert(loan, own);
    return [renderAmount(shown.amount), h('span', { class: 'unit' }, ` ${shown.currency ?? ''}`)];
  };
  const cells = [
    h(
      'button',
      {
        type: 'button',
        class: 'link',
        'data-key': `loan-${loan.loan_id}`,
        'aria-pressed': String(chosen),
        click: () => setParams({ loan: chosen ? null : loan.loan_id }),
      },
      loan.loan_id,
    ),
    loan.borrower_name ?? loan.borrower_id,
    loan.branch ?? '–',
    h(
      'span',
      { class: `mark ${{ in_arrears: 'wrong', current: 'good' }[loan.status] ?? 'dull'}` },
      loan.status.replace('_', ' '),
    ),
    String(loan.current_days_past_due),
    String(loan.par_days),
    amount(loan.amount_at_risk),
    amount(loan.outstanding_balance),
    amount(loan.total_amount_paid),
    loan.last_repayment_date ?? '–',
  ];
  return h(
    'tr',
    { class: chosen ? 'is-chosen' : null },
    cells.map((cell, at) => h('td', { class: COLUMNS[at]?.figures ? 'figure' : null }, cell)),
  );
}
