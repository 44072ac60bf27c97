// @ts-check
import { describeError } from '../data/api.js';
import { DEFAULT_SORT, FILTERS, getAsOfDay, STATUSES } from '../data/book.js';
import { getParam, setParams } from '../data/params.js';
import { createButton, createMark, h } from '../ui/dom.js';
import { createFilter, createInput } from '../ui/filter.js';
import { renderMoney } from '../ui/numbers.js';
import { createEmptyState, createPanel } from '../ui/panel.js';
import { createTable, number, text } from '../ui/table.js';
import { createTerm } from './definitions.js';

/** @typedef {import('../data/types.d.ts').Schemas['Loan']} Loan */
/** @typedef {import('../data/types.d.ts').Schemas['ParLine']} ParLine */
/** @typedef {Awaited<ReturnType<import('../data/book.js').Book['converter']>>} Convert */
/** @typedef {import('../ui/table.js').Column<Loan>} Column */

/**
 * One row per loan, filtered and sorted by the service: the filter is of the whole book.
 * @param {import('../data/book.js').Book} book
 * @param {AbortSignal} signal
 */
export function createLoanTable(book, signal) {
  const branch = createFilter('branch', 'Branch');
  const currency = createFilter('currency', 'Currency');
  const filters = [
    createInput('find', 'Find loans', { type: 'search', placeholder: 'Loan, borrower or branch' }),
    createFilter('status', 'Status', STATUSES),
    branch,
    currency,
    createInput('min_days', 'Days past due, at least', {
      ...{ inputmode: 'numeric', size: 15, placeholder: 'Min. days past due' },
    }),
  ];
  const tools = filters.map(({ root }) => root);
  const { root, loadFor } = createPanel({ title: 'Loans', signal, tools, lines: 8 });
  /** @param {import('../data/types.d.ts').Report<ParLine>} report */
  const offerValues = ({ data }) => {
    const lines = data.filter(({ scope }) => scope === 'branch');
    const ids = distinct(lines.map((line) => line.branch_id));
    branch.offer(distinct(lines.map((line) => line.branch ?? line.branch_id)), ids);
    currency.offer(distinct(lines.map((line) => line.currency)));
  };
  const follow = () => {
    for (const filter of filters) filter.follow();
    const params = ['in', 'sort', 'loan', ...FILTERS].map((name) => getParam(name));
    loadFor([getAsOfDay(), ...params].join('\n'), async () => {
      // The portfolio says why when it fails.
      book.par().then(offerValues).catch(describeError);
      const [{ data, meta }, convert] = await Promise.all([book.loans(), book.converter()]);
      if (data.length === 0) return [createEmptyState('No loans.', 'Change the filters above.')];
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

/** @param {(string | null)[]} values */
const distinct = (values) => [...new Set(values.filter((value) => value !== null))];

/** @param {Convert} convert @returns {readonly Column[]} */
function createColumns(convert) {
  const render = (/** @type {Loan} */ loan, /** @type {string | null} */ own) =>
    renderMoney(...convert(loan, own));
  return [
    text('Loan', 'loan_id', createChooser),
    text('Borrower', 'borrower_name', (loan) => loan.borrower_name ?? loan.borrower_id),
    text('Branch', 'branch'),
    text('Status', 'status', ({ status }) =>
      createMark(KINDS[status] ?? 'dull', status.replace('_', ' ')),
    ),
    number('Days past due', 'current_days_past_due'),
    number('PAR days', 'par_days'),
    number('At risk', 'amount_at_risk', (loan) => render(loan, loan.amount_at_risk)),
    number('Outstanding', 'outstanding_balance', (loan) => render(loan, loan.outstanding_balance)),
    number('Paid', 'total_amount_paid', (loan) => render(loan, loan.total_amount_paid)),
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
