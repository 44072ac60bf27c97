// @ts-check

import { lineChart } from '../charts/line-chart.js';
import { asked } from '../data/address.js';
import { dayAsked } from '../data/as-of.js';
import { save } from '../data/ask.js';
import { position } from '../data/decimal.js';
import { element, onDemand, table } from '../ui/element.js';
import { amountFigure } from '../ui/figure.js';
import { nothing, panel } from '../ui/panel.js';

/** @typedef {import('../data/answers.d.ts').LoanDay} LoanDay */
/** @typedef {import('../data/answers.d.ts').MissedPayment} MissedPayment */

/** The chosen loan: what it missed, and its arrears day by day. @param {import('../data/book.js').Book} book @param {AbortSignal} signal */
export function loanDetail(book, signal) {
  const { root, load } = panel({
    title: 'The chosen loan',
    signal,
    class: 'loan-detail',
    lines: 18,
  });
  const title = root.querySelector('h2');
  let drawn = new AbortController();
  let seen = 'none';
  const follow = () => {
    const loanId = asked('loan');
    const now = `${dayAsked()} ${loanId}`;
    root.hidden = loanId === '';
    if (now === seen || loanId === '') return;
    seen = now;
    if (title) title.textContent = `Loan ${loanId}`;
    void load(async () => {
      const [{ data: days }, missed, { data: loans }] = await Promise.all([
        book.history(loanId),
        book.missed(loanId),
        book.loans(),
      ]);
      drawn.abort();
      drawn = new AbortController();
      const loan = loans.find(({ loan_id }) => loan_id === loanId);
      return [
        loan ? facts(loan) : null,
        element(
          'div',
          { class: 'two' },
          element(
            'div',
            {},
            element('h3', {}, 'Missed payments'),
            missed.length > 0
              ? missedTable(missed)
              : nothing('None: every instalment was covered when it fell due.'),
          ),
          days.length > 0
            ? charts(loanId, days, AbortSignal.any([signal, drawn.signal]))
            : nothing('No history up to this day.'),
        ),
      ];
    });
  };
  return { root, follow };
}

/** @param {import('../data/answers.d.ts').Loan} loan */
function facts(loan) {
  /** @type {[string, import('../ui/element.js').Child][]} */
  const all = [
    ['At risk', amountFigure(loan.amount_at_risk)],
    ['Days past due', String(loan.current_days_past_due)],
    ['PAR days', String(loan.par_days)],
    ['Outstanding', amountFigure(loan.outstanding_balance)],
    [
      'Paid',
      [
        amountFigure(loan.total_amount_paid),
        ' of ',
        amountFigure(loan.total_amount_expected),
        ' due',
      ],
    ],
    ['Lent', amountFigure(loan.LoanAmount)],
    ['Runs', `${loan.date_of_release} – ${loan.maturity_date}`],
  ];
  return element(
    'dl',
    { class: 'facts' },
    all.map(([name, value]) =>
      element('div', {}, element('dt', {}, name), element('dd', {}, value)),
    ),
  );
}

/** @param {MissedPayment[]} missed */
function missedTable(missed) {
  const columns = [
    { name: 'No.', figures: true },
    { name: 'Due' },
    { name: 'Missed', figures: true },
    { name: 'Still unpaid', figures: true },
    { name: 'Cleared' },
    { name: 'Days late', figures: true },
  ];
  const rows = missed.map(
    ({
      instalment_number,
      due_date,
      amount_missed,
      amount_unpaid,
      date_cleared,
      days_late,
      status,
    }) => [
      String(instalment_number),
      due_date,
      amountFigure(amount_missed),
      amountFigure(amount_unpaid),
      date_cleared ?? element('span', { class: 'mark wrong' }, status),
      String(days_late),
    ],
  );
  return table('Missed payments', columns, rows);
}

/** @param {string} loanId @param {LoanDay[]} history @param {AbortSignal} signal */
function charts(loanId, history, signal) {
  const days = history.map(({ day }) => day);
  const span = `of loan ${loanId} from ${days[0]} to ${days.at(-1)}.`;
  const risk = {
    label: 'at risk',
    colour: 4,
    values: history.map(({ amount_at_risk }) => position(amount_at_risk)),
    texts: history
      .map(({ amount_at_risk }) => amountFigure(amount_at_risk))
      .map((figure) => (typeof figure === 'string' ? figure : (figure.textContent ?? ''))),
  };
  const late = {
    label: 'days past due',
    colour: 2,
    values: history.map(({ current_days_past_due }) => current_days_past_due),
    texts: history.map(({ current_days_past_due }) => String(current_days_past_due)),
  };
  const path = `/v2/loans/${encodeURIComponent(loanId)}/history`;
  const get = (/** @type {string} */ ending) =>
    void save(`${path}.${ending}?as_of=${dayAsked()}`, `loan-${loanId}-${dayAsked()}.${ending}`);
  return element(
    'div',
    {},
    element('h3', {}, 'Arrears'),
    lineChart(
      {
        days,
        lines: [risk],
        describes: `Line chart of the amount at risk ${span}`,
        class: 'short',
      },
      signal,
    ),
    lineChart(
      {
        days,
        lines: [late],
        describes: `Line chart of the days past due ${span}`,
        class: 'shortest',
      },
      signal,
    ),
    element(
      'div',
      { class: 'row under-chart' },
      onDemand('Data table', () => historyTable(history)),
      element(
        'span',
        { class: 'row downloads' },
        element('button', { type: 'button', class: 'link', click: () => get('csv') }, 'CSV'),
        element('button', { type: 'button', class: 'link', click: () => get('xlsx') }, 'XLSX'),
      ),
    ),
  );
}

/** @param {LoanDay[]} history */
function historyTable(history) {
  const columns = [
    { name: 'Day' },
    { name: 'Days past due', figures: true },
    { name: 'At risk', figures: true },
    { name: 'Due so far', figures: true },
    { name: 'Paid so far', figures: true },
  ];
  const rows = [...history]
    .reverse()
    .map((of) => [
      of.day,
      String(of.current_days_past_due),
      amountFigure(of.amount_at_risk),
      amountFigure(of.total_amount_expected),
      amountFigure(of.total_amount_paid),
    ]);
  return table('The loan day by day, newest first', columns, rows);
}
