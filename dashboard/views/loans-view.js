// @ts-check
import { go, onAddress } from '../data/address.js';
import { dayAsked, inUsd } from '../data/as-of.js';
import { save, troubleOf } from '../data/ask.js';
import { bookOn } from '../data/book.js';
import { choice, element, fill } from '../ui/element.js';
import { today } from '../ui/moment.js';
import { loanDetail } from './loan-detail.js';
import { loanTable } from './loan-table.js';
import { parTrend } from './par-trend.js';
import { portfolio } from './portfolio.js';

/** @param {HTMLElement} place @param {AbortSignal} signal */
export function open(place, signal) {
  /** @type {HTMLInputElement} */
  const date = element('input', {
    type: 'date',
    id: 'as-of',
    min: '1990-01-01',
    max: '2199-12-31',
    value: dayAsked(),
    change: () => date.value && go({ as_of: date.value === today() ? null : date.value }),
  });
  const money = choice(
    'Amounts',
    [
      ['own', 'own currency'],
      ['usd', 'USD'],
    ],
    {
      value: () => (inUsd() ? 'usd' : 'own'),
      pick: (value) => go({ in: value === 'own' ? null : value }, { step: false }),
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
    element('h1', { class: 'unseen' }, 'Loan book'),
    element(
      'section',
      { class: 'panel bare toolbar', 'aria-label': 'Which day, which currency, and downloads' },
      element(
        'div',
        { class: 'field inline' },
        element('label', { for: 'as-of' }, 'As of the close of'),
        date,
      ),
      element(
        'button',
        { type: 'button', class: 'button', click: () => go({ as_of: null }) },
        'Today',
      ),
      money.root,
      downloads(),
    ),
    element('div', { class: 'two wide-first' }, tiles?.root ?? '', trend?.root ?? ''),
    loans?.root ?? '',
    detail?.root ?? '',
  );
  const follow = () => {
    date.value = dayAsked();
    money.follow();
    for (const { follow: followed } of parts) followed();
  };
  onAddress(follow, signal);
  follow();
}

const REPORTS = /** @type {const} */ ([
  ['loans', 'Loans'],
  ['missed', 'Missed payments'],
  ['par', 'PAR'],
]);

function downloads() {
  const outcome = element('span', { role: 'status' });
  const button = (
    /** @type {string} */ report,
    /** @type {string} */ ending,
    /** @type {string} */ what,
  ) =>
    element(
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
    const converted = inUsd() ? '&in=USD' : '';
    try {
      fill(outcome, 'Fetching …');
      await save(
        `/v2/reports/${report}.${ending}?as_of=${dayAsked()}${converted}`,
        `${report}-${dayAsked()}.${ending}`,
      );
      fill(outcome);
    } catch (error) {
      fill(outcome, element('span', { class: 'notice wrong' }, troubleOf(error)));
    }
  };
  return element(
    'div',
    { class: 'row downloads' },
    REPORTS.map(([report, what]) =>
      element(
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
