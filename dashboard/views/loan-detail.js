// @ts-check
import { createLineChart } from '../charts/line-chart.js';
import { saveFile } from '../data/api.js';
import { getAsOfDay } from '../data/book.js';
import { toPixelValue } from '../data/decimal.js';
import { getParam } from '../data/params.js';
import { createButton, createMark, h } from '../ui/dom.js';
import { formatAmount, renderAmount } from '../ui/numbers.js';
import { createEmptyState, createPanel } from '../ui/panel.js';
import { createDisclosure, createTable, money, number, text } from '../ui/table.js';
import { createTerm } from './definitions.js';

/** @typedef {import('../data/types.d.ts').Schemas['LoanDay']} LoanDay */
/** @typedef {import('../data/types.d.ts').Schemas['MissedPayment']} MissedPayment */
/** @template Row @typedef {import('../ui/table.js').Column<Row>} Column */

/** @type {readonly Column<MissedPayment>[]} */
const MISSED_COLUMNS = [
  number('No.', 'instalment_number'),
  text('Due', 'due_date'),
  money('Missed', 'amount_missed'),
  money('Still unpaid', 'amount_unpaid'),
  text('Cleared', ({ date_cleared, status }) => date_cleared ?? createMark('wrong', status)),
  number('Days late', 'days_late'),
];
/** @type {readonly Column<LoanDay>[]} */
const DAY_COLUMNS = [
  text('Day', 'day'),
  number('Days past due', 'current_days_past_due'),
  money('At risk', 'amount_at_risk'),
  money('Due so far', 'total_amount_expected'),
  money('Paid so far', 'total_amount_paid'),
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
    loadFor(`${getAsOfDay()} ${loanId}`, async (shown) => {
      const [{ data: days }, { data: missed }, loan] = await Promise.all([
        book.history(loanId),
        book.missed(loanId),
        book.loan(loanId),
      ]);
      const payments =
        missed.length > 0
          ? createTable('Missed payments', MISSED_COLUMNS, missed)
          : createEmptyState('None: every instalment was covered when it fell due.');
      const arrears =
        days.length > 0
          ? createArrears(loanId, days, shown)
          : createEmptyState('No history up to this day.');
      const history = h('div', h('h3', 'Missed payments'), payments);
      return [createTerms(loan), h('div.two', history, arrears)];
    });
  };
  return { root, follow };
}

/** @param {import('../data/types.d.ts').Schemas['Loan']} loan */
function createTerms(loan) {
  const [paid, due] = [loan.total_amount_paid, loan.total_amount_expected].map(renderAmount);
  /** @type {[string, ...import('../ui/dom.js').Child[]][]} */
  const terms = [
    ['At risk', renderAmount(loan.amount_at_risk)],
    ['Days past due', loan.current_days_past_due],
    ['PAR days', loan.par_days],
    ['Outstanding', renderAmount(loan.outstanding_balance)],
    ['Paid', paid, ' of ', due, ' due'],
    ['Principal', renderAmount(loan.principal_outstanding)],
    ['Lent', renderAmount(loan.LoanAmount), ` ${loan.currency ?? ''}`],
    ['Runs', `${loan.date_of_release} – ${loan.maturity_date ?? '?'}`],
  ];
  const items = terms.map(([name, ...value]) =>
    h('div', h('dt', createTerm(name)), h('dd', ...value)),
  );
  return h('dl.loan-terms', items);
}

/** @param {string} loanId @param {LoanDay[]} history @param {AbortSignal} signal */
function createArrears(loanId, history, signal) {
  const days = history.map(({ day }) => day);
  const span = `of loan ${loanId} from ${days[0]} to ${days.at(-1)}.`;
  const risk = {
    label: 'at risk',
    values: history.map(({ amount_at_risk }) => toPixelValue(amount_at_risk)),
    texts: history.map(({ amount_at_risk }) => formatAmount(amount_at_risk)),
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
  const createDownload = (/** @type {string} */ ending) => {
    const file = `loan-${loanId}-${getAsOfDay()}.${ending}`;
    const save = () => void saveFile(`${path}.${ending}?as_of=${getAsOfDay()}`, file);
    return createButton(ending.toUpperCase(), save, { class: 'link' });
  };
  const createDays = () =>
    createTable('The loan day by day, newest first', DAY_COLUMNS, [...history].reverse());
  return h(
    'div',
    h('h3', 'Arrears'),
    createLineChart({ days, lines: [risk], describes: describes.risk, class: 'short' }, signal),
    createLineChart({ days, lines: [late], describes: describes.late, class: 'shortest' }, signal),
    h(
      'div.row.under-chart',
      createDisclosure('Data table', createDays),
      h('span.row.downloads', ['csv', 'xlsx'].map(createDownload)),
    ),
  );
}
