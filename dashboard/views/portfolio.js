// @ts-check

import { getAsOfDay, isInUsd } from '../data/as-of.js';
import { addDecimals, divide, formatPercent, toPixelValue } from '../data/decimal.js';
import { getParam } from '../data/params.js';
import { createDetails, createTable, h, svg } from '../ui/dom.js';
import { renderAmount } from '../ui/figures.js';
import { createEmptyState, createPanel } from '../ui/panel.js';
import { createTerm } from './definitions.js';

/** @typedef {import('../data/types.d.ts').ParLine} ParLine */
/** @typedef {{ currency: string, lines: readonly ParLine[] }} Group */

const BUCKETS = ['current', '1-30', '31-60', '61-90', '90+'];
const OUTSIDE = ['settled', 'not_released', 'no_schedule'];
const COLUMNS = ['Currency', 'Loans', 'Outstanding', 'At risk', 'PAR30', 'PAR30 of principal'];

/**
 * What is outstanding, what of it is at risk, and how old the arrears are, per currency.
 * @param {import('../data/book.js').Book} book
 * @param {AbortSignal} signal
 */
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
      return [
        createPortfolioTable(groups),
        isInUsd() &&
          h(
            'ul',
            { class: 'muted small notes' },
            meta.notes.map((note) => h('li', {}, note)),
          ),
        createDetails('Data table', () => parTable(groups.flatMap(({ lines }) => lines))),
      ];
    });
  };
  return { root, follow };
}

/**
 * The whole book in USD, or one group per currency: amounts of different currencies are never
 * added up.
 * @param {readonly ParLine[]} lines
 * @returns {Group[]}
 */
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

/** @param {readonly Group[]} groups */
const createPortfolioTable = (groups) =>
  h(
    'div',
    { class: 'wide', tabindex: '0', role: 'region', 'aria-label': 'Portfolio by currency' },
    h(
      'table',
      { class: 'portfolio-table' },
      h('caption', { class: 'unseen' }, 'Portfolio by currency'),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          COLUMNS.map((name, at) =>
            h('th', { scope: 'col', class: at > 0 ? 'figure' : null }, createTerm(name)),
          ),
        ),
      ),
      groups.map(createGroup),
    ),
  );

/** The figures of a currency, and below them its buckets. @param {Group} group */
function createGroup({ currency, lines }) {
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
  const outside = OUTSIDE.flatMap((name) => {
    const count = of(name)?.loans ?? 0;
    return count > 0 ? [`${countLoans(count)} ${name.replace('_', ' ')}`] : [];
  });
  const cells = [
    countLoans(loans),
    renderAmount(outstanding),
    renderAmount(of('PAR>0')?.amount_at_risk ?? null),
    formatPercent(of('PAR>30')?.by_outstanding ?? null),
    formatPercent(of('PAR>30')?.by_principal ?? null),
  ];
  return h(
    'tbody',
    { class: 'portfolio-group' },
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, currency),
      cells.map((cell) => h('td', { class: 'figure' }, cell)),
    ),
    h(
      'tr',
      {},
      h(
        'td',
        { colspan: COLUMNS.length },
        createBucketBar(buckets, outstanding),
        outside.length > 0 && h('p', { class: 'muted small' }, `Besides: ${outside.join(', ')}.`),
      ),
    ),
  );
}

/** @param {number} count */
const countLoans = (count) => `${count} loan${count === 1 ? '' : 's'}`;

/**
 * @param {{ name: string, loans: number, outstanding: string | null }[]} buckets
 * @param {string | null} total
 */
function createBucketBar(buckets, total) {
  const shares = buckets.map(({ outstanding }) =>
    outstanding && total ? divide(outstanding, total, { places: 6 }) : null,
  );
  const labels = buckets.map(({ name }) => (name === 'current' ? name : `${name} days`));
  let x = 0;
  const parts = shares.map((share, at) => {
    const width = toPixelValue(share ?? '0') * 100;
    const part = svg(
      'rect',
      { x, y: 0, width, height: 10, class: `bucket-${at}` },
      svg('title', {}, `${labels[at]}: ${formatPercent(share)} of the outstanding balance`),
    );
    x += width;
    return width > 0 ? part : null;
  });
  const attributes = { viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' };
  return h(
    'div',
    {},
    svg('svg', { class: 'bucket-bar', ...attributes }, ...parts),
    h(
      'ul',
      { class: 'legend' },
      buckets.map(({ loans }, at) =>
        h(
          'li',
          {},
          h('span', { class: `swatch bucket-${at}`, 'aria-hidden': 'true' }),
          `${labels[at]}: `,
          h('strong', {}, formatPercent(shares[at] ?? null)),
          h('span', { class: 'muted' }, ` (${countLoans(loans)})`),
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
    { name: 'Share of outstanding', figures: true },
    { name: 'Principal', figures: true },
    { name: 'Share of principal', figures: true },
  ];
  const rows = lines.map((line) => [
    line.currency ?? '–',
    line.measure.replace('_', ' '),
    String(line.loans),
    renderAmount(line.outstanding_balance),
    renderAmount(line.amount_at_risk),
    formatPercent(line.by_outstanding),
    renderAmount(line.principal_outstanding),
    formatPercent(line.by_principal),
  ]);
  return createTable('Portfolio at risk and buckets', columns, rows);
}
