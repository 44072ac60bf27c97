// @ts-check
import { createLineChart } from '../charts/line-chart.js';
import { getAsOfDay, isInUsd } from '../data/book.js';
import { toPixelValue } from '../data/decimal.js';
import { getParam } from '../data/params.js';
import { createButton, createMark, createNotice, h } from '../ui/dom.js';
import { formatAmount, renderAmount, renderMoney } from '../ui/numbers.js';
import { createEmptyState, createPanel } from '../ui/panel.js';
import { createDisclosure, createTable, exportFile, money, number, text } from '../ui/table.js';
import { createTerm } from './definitions.js';

/** @typedef {import('../data/types.d.ts').Schemas['LoanDay']} LoanDay */
/** @typedef {import('../data/types.d.ts').Schemas['MissedPayment']} MissedPayment */
/** @template Row @typedef {import('../ui/table.js').Column<Row>} Column */

/** @param {string} currency @returns {readonly Column<MissedPayment>[]} */
const createMissedColumns = (currency) => [
  number('No.', 'instalment_number'),
  text('Due', 'due_date'),
  money(`Missed (${currency})`, 'amount_missed'),
  money(`Unpaid (${currency})`, 'amount_unpaid'),
  text('Cleared', ({ date_cleared, status }) => date_cleared ?? createMark('wrong', status)),
  number('Days late', 'days_late'),
];
/** @param {string} currency @returns {readonly Column<LoanDay>[]} */
const createDayColumns = (currency) => [
  text('Day', 'day'),
  number('Days past due', 'current_days_past_due'),
  money(`At risk (${currency})`, 'amount_at_risk'),
  money(`Due so far (${currency})`, 'total_amount_expected'),
  money(`Paid so far (${currency})`, 'total_amount_paid'),
];

/**
 * The chosen loan: what it missed, and its arrears day by day.
 * @param {import('../data/book.js').Book} book
 * @param {AbortSignal} signal
 */
export function createLoanDetail(book, signal) {
  const options = { title: 'The chosen loan', signal, class: 'loan-detail', lines: 18 };
  const { root, loadFor } = createPanel(options);
  const title = root.querySelector('h2');
  /** Null on arrival: only a choice made here scrolls. @type {string | null} */
  let chosen = null;
  const follow = () => {
    const loanId = getParam('loan');
    root.hidden = loanId === '';
    if (loanId !== '' && chosen !== null && chosen !== loanId) root.scrollIntoView();
    chosen = loanId;
    if (loanId === '') return;
    if (title) title.textContent = `Loan ${loanId}`;
    loadFor(`${getAsOfDay()} ${loanId} ${isInUsd()}`, async (shown) => {
      const [{ data: days }, { data: missed }, loan] = await Promise.all([
        book.history(loanId),
        book.missed(loanId),
        book.loan(loanId),
      ]);
      const currency = loan.currency ?? 'no currency';
      const isOther = isInUsd() && currency !== 'USD';
      const payments =
        missed.length > 0
          ? createTable('Missed payments', createMissedColumns(currency), missed)
          : createEmptyState('None: every instalment was covered when it fell due.');
      const arrears =
        days.length > 0
          ? createArrears(loanId, { history: days, currency }, shown)
          : createEmptyState('No history up to this day.');
      const history = h('div', h('h3', 'Missed payments'), payments);
      return [
        isOther && createNotice('', `Amounts of one loan are in its own currency, ${currency}.`),
        createTerms(loan),
        h('div.two', history, arrears),
      ];
    });
  };
  return { root, follow };
}

/** @param {import('../data/types.d.ts').Schemas['Loan']} loan */
function createTerms(loan) {
  const renderOwn = (/** @type {string | null} */ amount) => renderMoney(amount, loan.currency);
  /** @type {[string, ...import('../ui/dom.js').Child[]][]} */
  const terms = [
    ['At risk', renderOwn(loan.amount_at_risk)],
    ['Days past due', loan.current_days_past_due],
    ['PAR days', loan.par_days],
    ['Outstanding', renderOwn(loan.outstanding_balance)],
    [
      'Paid',
      renderAmount(loan.total_amount_paid),
      ' of ',
      renderOwn(loan.total_amount_expected),
      ' due',
    ],
    ['Principal', renderOwn(loan.principal_outstanding)],
    ['Lent', renderOwn(loan.LoanAmount)],
    ['Runs', `${loan.date_of_release} – ${loan.maturity_date ?? '?'}`],
  ];
  const items = terms.map(([name, ...value]) =>
    h('div', h('dt', createTerm(name)), h('dd', value.flat())),
  );
  return h('dl.loan-terms', items);
}

/**
 * @param {string} loanId
 * @param {{ history: LoanDay[], currency: string }} course
 * @param {AbortSignal} signal
 */
function createArrears(loanId, { history, currency }, signal) {
  const days = history.map(({ day }) => day);
  const span = `of loan ${loanId} from ${days[0]} to ${days.at(-1)}.`;
  const risk = {
    label: 'at risk',
    values: history.map(({ amount_at_risk }) => toPixelValue(amount_at_risk)),
    texts: history.map(({ amount_at_risk }) => `${formatAmount(amount_at_risk)} ${currency}`),
  };
  const late = {
    label: 'days past due',
    values: history.map(({ current_days_past_due }) => current_days_past_due),
    texts: history.map(({ current_days_past_due }) => String(current_days_past_due)),
  };
  const describes = {
    risk: `Line chart of the amount at risk ${span}`,
    late: `Line chart of the days past due ${span}`,
  };
  const path = `/v2/loans/${encodeURIComponent(loanId)}/history`;
  const outcome = h('span', { role: 'status' });
  const createDownload = (/** @type {string} */ ending) => {
    const file = `loan-${loanId}-${getAsOfDay()}.${ending}`;
    const save = () => void exportFile(outcome, `${path}.${ending}?as_of=${getAsOfDay()}`, file);
    return createButton(ending.toUpperCase(), save, { class: 'link' });
  };
  const createDays = () =>
    createTable(
      'The loan day by day, newest first',
      createDayColumns(currency),
      [...history].reverse(),
    );
  return h(
    'div',
    h('h3', 'Arrears'),
    createLineChart({ days, lines: [risk], describes: describes.risk, class: 'short' }, signal),
    createLineChart({ days, lines: [late], describes: describes.late, class: 'shortest' }, signal),
    h(
      'div.row.under-chart',
      createDisclosure('Data table', createDays),
      h('span.row.downloads', ['csv', 'xlsx'].map(createDownload), outcome),
    ),
  );
}
