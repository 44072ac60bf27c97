// @ts-check

import { describeError, saveFile } from '../data/api.js';
import { getAsOfDay, isInUsd } from '../data/as-of.js';
import { bookOn } from '../data/book.js';
import { onParamsChange, setParams } from '../data/params.js';
import { createChoice, h, render } from '../ui/dom.js';
import { getToday } from '../ui/time.js';
import { loanDetail } from './loan-detail.js';
import { loanTable } from './loan-table.js';
import { parTrend } from './par-trend.js';
import { portfolio } from './portfolio.js';

/** @param {HTMLElement} place @param {AbortSignal} signal */
export function open(place, signal) {
  /** @type {HTMLInputElement} */
  const date = h('input', {
    type: 'date',
    id: 'as-of',
    min: '1990-01-01',
    max: '2199-12-31',
    value: getAsOfDay(),
    change: () => date.value && setParams({ as_of: date.value === getToday() ? null : date.value }),
  });
  const money = createChoice(
    'Amounts',
    [
      ['own', 'own currency'],
      ['usd', 'USD'],
    ],
    {
      value: () => (isInUsd() ? 'usd' : 'own'),
      pick: (value) => setParams({ in: value === 'own' ? null : value }, { step: false }),
    },
  );
  const book = bookOn(signal);
  const parts = [
    portfolio(book, signal),
    parTrend(book, signal),
    loanTable(book, signal),
    loanDetail(book, signal),
  ];
  const [tiles, trend, loans, detail] = parts;
  place.append(
    h('h1', { class: 'unseen' }, 'Loan book'),
    h(
      'section',
      { class: 'panel bare toolbar', 'aria-label': 'Which day, which currency, and downloads' },
      h('div', { class: 'field inline' }, h('label', { for: 'as-of' }, 'As of the close of'), date),
      h(
        'button',
        { type: 'button', class: 'button', click: () => setParams({ as_of: null }) },
        'Today',
      ),
      money.root,
      downloads(),
    ),
    h('div', { class: 'two wide-first' }, tiles?.root ?? '', trend?.root ?? ''),
    loans?.root ?? '',
    detail?.root ?? '',
  );
  const follow = () => {
    date.value = getAsOfDay();
    money.follow();
    for (const { follow: followed } of parts) followed();
  };
  onParamsChange(follow, signal);
  follow();
}

const REPORTS = /** @type {const} */ ([
  ['loans', 'Loans'],
  ['missed', 'Missed payments'],
  ['par', 'PAR'],
]);

function downloads() {
  const outcome = h('span', { role: 'status' });
  const button = (
    /** @type {string} */ report,
    /** @type {string} */ ending,
    /** @type {string} */ what,
  ) =>
    h(
      'button',
      {
        type: 'button',
        class: 'link',
        'aria-label': `${what} as ${ending.toUpperCase()}`,
        click: () => void get(report, ending),
      },
      ending.toUpperCase(),
    );
  const get = async (/** @type {string} */ report, /** @type {string} */ ending) => {
    const converted = isInUsd() ? '&in=USD' : '';
    try {
      render(outcome, 'Fetching …');
      await saveFile(
        `/v2/reports/${report}.${ending}?as_of=${getAsOfDay()}${converted}`,
        `${report}-${getAsOfDay()}.${ending}`,
      );
      render(outcome);
    } catch (error) {
      render(outcome, h('span', { class: 'notice wrong' }, describeError(error)));
    }
  };
  return h(
    'div',
    { class: 'row downloads' },
    REPORTS.map(([report, what]) =>
      h(
        'span',
        { class: 'row' },
        `${what}: `,
        button(report, 'csv', what),
        button(report, 'xlsx', what),
      ),
    ),
    outcome,
  );
}
