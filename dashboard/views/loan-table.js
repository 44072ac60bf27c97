// @ts-check
import { DEFAULT_SORT, getAsOfDay } from '../data/book.js';
import { getParam, setParams } from '../data/params.js';
import { debounce } from '../data/schedule.js';
import { createButton, createMark, h } from '../ui/dom.js';
import { createFilter } from '../ui/filter.js';
import { renderAmount } from '../ui/numbers.js';
import { createEmptyState, createPanel } from '../ui/panel.js';
import { createTable, number, text } from '../ui/table.js';
import { createTerm } from './definitions.js';

/** @typedef {import('../data/types.d.ts').Schemas['Loan']} Loan */
/** @typedef {Awaited<ReturnType<import('../data/book.js').Book['converter']>>} Convert */
/** @typedef {import('../ui/table.js').Column<Loan>} Column */

const STATUSES = ['in_arrears', 'current', 'settled', 'not_released', 'no_schedule'];
const TYPING_MS = 150;

/**
 * One row per loan, filtered and sorted by the service: the filter is of the whole book.
 * @param {import('../data/book.js').Book} book
 * @param {AbortSignal} signal
 */
export function createLoanTable(book, signal) {
  /** @type {HTMLInputElement} */
  const find = h('input', {
    type: 'search',
    placeholder: 'Loan, borrower or branch',
    'aria-label': 'Find loans',
    value: getParam('find'),
    input: debounce(() => setParams({ find: find.value || null }, { step: false }), TYPING_MS),
  });
  const status = createFilter('status', 'Status', STATUSES);
  const tools = [find, status.select];
  const { root, loadFor } = createPanel({ title: 'Loans', signal, tools, lines: 8 });
  const follow = () => {
    status.follow();
    if (document.activeElement !== find) find.value = getParam('find');
    const params = ['in', 'status', 'find', 'sort', 'loan'].map((name) => getParam(name));
    loadFor([getAsOfDay(), ...params].join('\n'), async () => {
      const [{ data, meta }, convert] = await Promise.all([book.loans(), book.converter()]);
      if (data.length === 0)
        return [createEmptyState('No loans.', 'Change the words or the status above.')];
      const all = meta.count ?? data.length;
      const shown =
        all > data.length ? ` The first ${data.length} are shown, exports have all.` : '';
      const count = `${all} loan${all === 1 ? '' : 's'}.${shown} Choose one to see its history.`;
      return [
        h('p.muted.small.count', { role: 'status' }, count),
        createTable(`loans as of ${getAsOfDay()}`, createColumns(convert), data, {
          ...{ class: 'loans', createHead, describeRow },
        }),
      ];
    });
  };
  return { root, follow };
}

/** @param {Convert} convert @returns {readonly Column[]} */
function createColumns(convert) {
  const renderMoney = (/** @type {Loan} */ loan, /** @type {string | null} */ own) => {
    const { amount, currency } = convert(loan, own);
    return [renderAmount(amount), h('span.unit', ` ${currency ?? ''}`)];
  };
  return [
    text('Loan', 'loan_id', createChooser),
    text('Borrower', 'borrower_name', (loan) => loan.borrower_name ?? loan.borrower_id),
    text('Branch', 'branch'),
    text('Status', 'status', ({ status }) =>
      createMark(KINDS[status] ?? 'dull', status.replace('_', ' ')),
    ),
    number('Days past due', 'current_days_past_due'),
    number('PAR days', 'par_days'),
    number('At risk', 'amount_at_risk', (loan) => renderMoney(loan, loan.amount_at_risk)),
    number('Outstanding', 'outstanding_balance', (loan) =>
      renderMoney(loan, loan.outstanding_balance),
    ),
    number('Paid', 'total_amount_paid', (loan) => renderMoney(loan, loan.total_amount_paid)),
    text('Last payment', 'last_repayment_date'),
  ];
}

/**
 * A heading that sorts.
 * @param {Column} column
 * @returns {[import('../ui/dom.js').Attributes, HTMLElement]}
 */
function createHead({ name, class: kind, key }) {
  const [sorted, direction] = getParam('sort', DEFAULT_SORT).split('.');
  const isSorted = sorted === key;
  const isDown = isSorted && direction === 'down';
  const next = isDown || (!isSorted && kind !== 'number') ? 'up' : 'down';
  const sort = () => setParams({ sort: `${key}.${next}` }, { step: false });
  const mark = isSorted ? (isDown ? '▾' : '▴') : '';
  const order = isSorted ? (isDown ? 'descending' : 'ascending') : null;
  const button = createButton(createTerm(name), sort, { class: 'sort', 'data-key': key });
  button.append(h('span', { 'aria-hidden': 'true', class: 'sort-mark' }, mark));
  return [{ 'aria-sort': order }, button];
}

/** @type {Record<string, 'wrong' | 'good'>} */
const KINDS = { in_arrears: 'wrong', current: 'good' };

/** @param {Loan} loan */
const isChosen = ({ loan_id }) => getParam('loan') === loan_id;

/** @param {Loan} loan */
function createChooser(loan) {
  const choose = () => setParams({ loan: isChosen(loan) ? null : loan.loan_id });
  return createButton(loan.loan_id, choose, {
    class: 'link',
    'data-key': `loan-${loan.loan_id}`,
    'aria-pressed': String(isChosen(loan)),
  });
}

const describeRow = (/** @type {Loan} */ loan) => ({ class: isChosen(loan) ? 'is-chosen' : null });
