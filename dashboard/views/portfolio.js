// @ts-check

import { getAsOfDay, isInUsd } from '../data/as-of.js';
import { addDecimals, divide, formatPercent, toPixelValue } from '../data/decimal.js';
import { getParam } from '../data/params.js';
import { createDetails, createTable, h, svg } from '../ui/dom.js';
import { renderAmount } from '../ui/figures.js';
import { createEmptyState, createPanel } from '../ui/panel.js';

/** @typedef {import('../data/types.d.ts').ParLine} ParLine */

const BUCKETS = ['current', '1-30', '31-60', '61-90', '90+'];

/** What is lent, what of it is at risk, and how old the arrears are. @param {import('../data/book.js').Book} book @param {AbortSignal} signal */
export function portfolio(book, signal) {
  const { root, load } = createPanel({ title: 'Portfolio', signal, class: 'portfolio', lines: 12 });
  let seen = '';
  const follow = () => {
    const now = `${getAsOfDay()} ${getParam('in')}`;
    if (now === seen) return;
    seen = now;
    void load(async () => {
      const { data, meta } = await book.par();
      if (!data.some(({ loans }) => loans > 0))
        return [
          createEmptyState(
            'The loan book is empty.',
            'npm run seed loads the sample, npm run load a folder of files.',
          ),
        ];
      const groups = groupsOf(data);
      const notes = isInUsd() ? meta.notes : [];
      return [
        h(
          'div',
          {
            class: 'portfolio-groups',
            tabindex: '0',
            role: 'region',
            'aria-label': 'Portfolio by currency',
          },
          groups.map(({ currency, lines }) => group(currency, lines)),
        ),
        notes.length > 0 &&
          h(
            'ul',
            { class: 'muted small notes' },
            notes.map((note) => h('li', {}, note)),
          ),
        createDetails('Data table', () => parTable(groups.flatMap(({ lines }) => lines))),
      ];
    });
  };
  return { root, follow };
}

/** The whole book in USD, or one group a currency: amounts of different currencies are never added up. @param {readonly ParLine[]} lines */
export function groupsOf(lines) {
  const wanted = isInUsd() ? 'book in USD' : 'currency';
  /** @type {Map<string, ParLine[]>} */
  const groups = new Map();
  for (const line of lines.filter(({ scope }) => scope === wanted)) {
    const name = line.currency ?? 'no currency';
    groups.set(name, [...(groups.get(name) ?? []), line]);
  }
  return [...groups].map(([currency, own]) => ({ currency, lines: own }));
}

/** @param {string} currency @param {readonly ParLine[]} lines */
function group(currency, lines) {
  const of = (/** @type {string} */ measure) => lines.find((line) => line.measure === measure);
  const buckets = BUCKETS.map((name) => ({
    name,
    loans: of(name)?.loans ?? 0,
    outstanding: of(name)?.outstanding_balance ?? null,
  }));
  const amounts = buckets.map(({ outstanding }) => outstanding);
  const outstanding = amounts.every((amount) => amount !== null)
    ? addDecimals(/** @type {string[]} */ (amounts))
    : null;
  const loans = buckets.reduce((count, bucket) => count + bucket.loans, 0);
  return h(
    'div',
    { class: 'portfolio-group', role: 'group', 'aria-label': `Portfolio in ${currency}` },
    h('h3', {}, currency, h('span', { class: 'muted' }, ` ${loans} loan${loans === 1 ? '' : 's'}`)),
    h(
      'dl',
      { class: 'tiles' },
      tile('Outstanding', renderAmount(outstanding)),
      tile('At risk', renderAmount(of('PAR>0')?.amount_at_risk ?? null), 'Due and not received'),
      tile(
        'PAR30',
        formatPercent(of('PAR>30')?.by_outstanding ?? null),
        'Balance of loans more than 30 days past due, of all that is outstanding',
      ),
    ),
    bar(buckets, outstanding),
  );
}

/** @param {string} name @param {import('../ui/dom.js').Child} value @param {string} [title] */
const tile = (name, value, title) =>
  h('div', { class: 'tile', title: title ?? null }, h('dt', {}, name), h('dd', {}, value));

/** @param {{ name: string, loans: number, outstanding: string | null }[]} buckets @param {string | null} total */
function bar(buckets, total) {
  const shares = buckets.map(({ outstanding }) =>
    outstanding && total ? divide(outstanding, total, { places: 6 }) : null,
  );
  let x = 0;
  const parts = shares.map((share, at) => {
    const width = toPixelValue(share ?? '0') * 100;
    const part = svg(
      'rect',
      { x, y: 0, width, height: 10, class: `bucket-${at}` },
      svg('title', {}, `${buckets[at]?.name} days: ${formatPercent(share)}`),
    );
    x += width;
    return width > 0 ? part : null;
  });
  return h(
    'div',
    {},
    svg(
      'svg',
      {
        class: 'bucket-bar',
        viewBox: '0 0 100 10',
        preserveAspectRatio: 'none',
        'aria-hidden': 'true',
      },
      ...parts,
    ),
    h(
      'ul',
      { class: 'legend' },
      buckets.map(({ name, loans }, at) =>
        h(
          'li',
          {},
          h('span', { class: `swatch bucket-${at}`, 'aria-hidden': 'true' }),
          `${name} `,
          h('strong', {}, formatPercent(shares[at] ?? null)),
          h('span', { class: 'muted' }, ` ${loans}`),
        ),
      ),
    ),
  );
}

/** @param {readonly ParLine[]} lines */
function parTable(lines) {
  const columns = [
    { name: 'Currency' },
    { name: 'Measure' },
    { name: 'Loans', figures: true },
    { name: 'Outstanding', figures: true },
    { name: 'At risk', figures: true },
    { name: 'Of outstanding', figures: true },
  ];
  const rows = lines.map(
    ({ currency, measure, loans, outstanding_balance, amount_at_risk, by_outstanding }) => [
      currency ?? '–',
      measure,
      String(loans),
      renderAmount(outstanding_balance),
      renderAmount(amount_at_risk),
      formatPercent(by_outstanding),
    ],
  );
  return createTable('Portfolio at risk and buckets', columns, rows);
}
