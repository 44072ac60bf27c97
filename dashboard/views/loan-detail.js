// @ts-check

import { createLineChart } from '../charts/line-chart.js';
import { saveFile } from '../data/api.js';
import { getAsOfDay } from '../data/as-of.js';
import { toPixelValue } from '../data/decimal.js';
import { getParam } from '../data/params.js';
import { anySignal } from '../data/signals.js';
import { createDetails, createTable, h } from '../ui/dom.js';
import { renderAmount } from '../ui/figures.js';
import { createEmptyState, createPanel } from '../ui/panel.js';
import { createTerm } from './definitions.js';

/** @typedef {import('../data/types.d.ts').LoanDay} LoanDay */
/** @typedef {import('../data/types.d.ts').MissedPayment} MissedPayment */

/**
 * The chosen loan: what it missed, and its arrears day by day.
 * @param {import('../data/book.js').Book} book
 * @param {AbortSignal} signal
 */
export function loanDetail(book, signal) {
  const { root, load } = createPanel({
    title: 'The chosen loan',
    signal,
    class: 'loan-detail',
    lines: 18,
  });
  const title = root.querySelector('h2');
  let drawn = new AbortController();
  let seen = 'none';
  /** Null on arrival: only a choice made here scrolls. @type {string | null} */
  let chosen = null;
  const follow = () => {
    const loanId = getParam('loan');
    const now = `${getAsOfDay()} ${loanId}`;
    root.hidden = loanId === '';
    if (loanId !== '' && chosen !== null && chosen !== loanId) root.scrollIntoView();
    chosen = loanId;
    if (now === seen || loanId === '') return;
    seen = now;
    if (title) title.textContent = `Loan ${loanId}`;
    void load(async () => {
      const [{ data: days }, { data: missed }, loan] = await Promise.all([
        book.history(loanId),
        book.missed(loanId),
        book.loan(loanId),
      ]);
      drawn.abort();
      drawn = new AbortController();
      return [
        facts(loan),
        h(
          'div',
          { class: 'two' },
          h(
            'div',
            {},
            h('h3', {}, 'Missed payments'),
            missed.length > 0
              ? missedTable(missed)
              : createEmptyState('None: every instalment was covered when it fell due.'),
          ),
          days.length > 0
            ? charts(loanId, days, anySignal([signal, drawn.signal]))
            : createEmptyState('No history up to this day.'),
        ),
      ];
    });
  };
  return { root, follow };
}

/** @param {import('../data/types.d.ts').Loan} loan */
function facts(loan) {
  /** @type {[string, import('../ui/dom.js').Child][]} */
  const all = [
    ['At risk', renderAmount(loan.amount_at_risk)],
    ['Days past due', String(loan.current_days_past_due)],
    ['PAR days', String(loan.par_days)],
    ['Outstanding', renderAmount(loan.outstanding_balance)],
    [
      'Paid',
      [
        renderAmount(loan.total_amount_paid),
        ' of ',
        renderAmount(loan.total_amount_expected),
        ' due',
      ],
    ],
    ['Principal', renderAmount(loan.principal_outstanding)],
    ['Lent', [renderAmount(loan.LoanAmount), ` ${loan.currency ?? ''}`]],
    ['Runs', `${loan.date_of_release} – ${loan.maturity_date ?? '?'}`],
  ];
  return h(
    'dl',
    { class: 'facts' },
    all.map(([name, value]) => h('div', {}, h('dt', {}, createTerm(name)), h('dd', {}, value))),
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
      renderAmount(amount_missed),
      renderAmount(amount_unpaid),
      date_cleared ?? h('span', { class: 'mark wrong' }, status),
      String(days_late),
    ],
  );
  return createTable('Missed payments', columns, rows);
}

/** @param {string} loanId @param {LoanDay[]} history @param {AbortSignal} signal */
function charts(loanId, history, signal) {
  const days = history.map(({ day }) => day);
  const span = `of loan ${loanId} from ${days[0]} to ${days.at(-1)}.`;
  const risk = {
    label: 'at risk',
    colour: 4,
    values: history.map(({ amount_at_risk }) => toPixelValue(amount_at_risk)),
    texts: history
      .map(({ amount_at_risk }) => renderAmount(amount_at_risk))
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
    void saveFile(
      `${path}.${ending}?as_of=${getAsOfDay()}`,
      `loan-${loanId}-${getAsOfDay()}.${ending}`,
    );
  return h(
    'div',
    {},
    h('h3', {}, 'Arrears'),
    createLineChart(
      {
        days,
        lines: [risk],
        describes: `Line chart of the amount at risk ${span}`,
        class: 'short',
      },
      signal,
    ),
    createLineChart(
      {
        days,
        lines: [late],
        describes: `Line chart of the days past due ${span}`,
        class: 'shortest',
      },
      signal,
    ),
    h(
      'div',
      { class: 'row under-chart' },
      createDetails('Data table', () => historyTable(history)),
      h(
        'span',
        { class: 'row downloads' },
        h('button', { type: 'button', class: 'link', click: () => get('csv') }, 'CSV'),
        h('button', { type: 'button', class: 'link', click: () => get('xlsx') }, 'XLSX'),
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
      renderAmount(of.amount_at_risk),
      renderAmount(of.total_amount_expected),
      renderAmount(of.total_amount_paid),
    ]);
  return createTable('The loan day by day, newest first', columns, rows);
}
