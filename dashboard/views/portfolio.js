// @ts-check
import { getAsOfDay, isInUsd } from '../data/book.js';
import { formatPercent, toPixelValue } from '../data/decimal.js';
import { getParam } from '../data/params.js';
import { h, svg } from '../ui/dom.js';
import { renderAmount } from '../ui/numbers.js';
import { createEmptyState, createPanel } from '../ui/panel.js';
import { createDisclosure, createTable, money, number, percent, text } from '../ui/table.js';
import { createTerm } from './definitions.js';

/** @typedef {import('../data/types.d.ts').Schemas['ParLine']} ParLine */
/** @typedef {{ currency: string, lines: readonly ParLine[] }} Group */

const BUCKETS = ['current', '1-30', '31-60', '61-90', '90+'];
const OUTSIDE = ['settled', 'not_released', 'no_schedule'];
const NO_RATE = 'A rate is missing: see the notes.';

/** @typedef {'outstanding_balance' | 'amount_at_risk' | 'principal_outstanding'} AmountKey */
/** @param {string} name @param {AmountKey} key */
const amount = (name, key) =>
  money(name, key, (/** @type {ParLine} */ line) =>
    renderAmount(line[key], OUTSIDE.includes(line.measure) ? undefined : NO_RATE),
  );
/** @type {readonly import('../ui/table.js').Column<ParLine>[]} */
const PAR_COLUMNS = [
  text('Currency', 'currency'),
  text('Measure', ({ measure }) => measure.replace('_', ' ')),
  number('Loans', 'loans'),
  amount('Outstanding', 'outstanding_balance'),
  amount('At risk', 'amount_at_risk'),
  percent('Share of outstanding', 'by_outstanding'),
  amount('Principal', 'principal_outstanding'),
  percent('Share of principal', 'by_principal'),
];
const COLUMNS = ['Currency', 'Loans', 'Outstanding', 'At risk', 'PAR30', 'PAR30 of principal'];

/**
 * What is outstanding, what of it is at risk, and how old the arrears are, per currency.
 * @param {import('../data/book.js').Book} book
 * @param {AbortSignal} signal
 */
export function createPortfolio(book, signal) {
  const options = { title: 'Portfolio', signal, class: 'portfolio', lines: 12 };
  const { root, loadFor } = createPanel(options);
  const follow = () =>
    loadFor(`${getAsOfDay()} ${getParam('in')}`, async () => {
      const [{ data, meta }, { limits }] = await Promise.all([book.par(), book.status()]);
      if (!data.some(({ loans }) => loans > 0))
        return [
          createEmptyState(
            'The loan book is empty.',
            'npm run seed loads the sample, npm run load a folder of files.',
          ),
        ];
      const groups = groupByCurrency(data);
      // The limits of the book are shown once, above.
      const notes = meta.notes.filter((note) => !limits.some(({ text }) => text === note));
      return [
        createPortfolioTable(groups),
        isInUsd() &&
          h(
            'ul.muted.small.notes',
            notes.map((note) => h('li', note)),
          ),
        createDisclosure('Data table', () =>
          createTable(
            'Portfolio at risk and buckets',
            PAR_COLUMNS,
            groups.flatMap(({ lines }) => lines),
          ),
        ),
      ];
    });
  return { root, follow };
}

/**
 * The whole book in USD, or one group per currency: amounts of different currencies are never
 * added up.
 * @param {readonly ParLine[]} lines
 * @returns {Group[]}
 */
export function groupByCurrency(lines) {
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
    'div.wide',
    { tabindex: '0', role: 'region', 'aria-label': 'Portfolio by currency' },
    h(
      'table.portfolio-table',
      h('caption.unseen', 'Portfolio by currency'),
      h(
        'thead',
        h(
          'tr',
          COLUMNS.map((name, at) =>
            h('th', { scope: 'col', class: at > 0 ? 'number' : null }, createTerm(name)),
          ),
        ),
      ),
      groups.map(createGroup),
    ),
  );

/** A currency, and below it its buckets. @param {Group} group */
function createGroup({ currency, lines }) {
  const of = (/** @type {string} */ measure) => lines.find((line) => line.measure === measure);
  const total = of('portfolio');
  const outside = OUTSIDE.flatMap((name) => {
    const count = of(name)?.loans ?? 0;
    return count > 0 ? [`${countLoans(count)} ${name.replace('_', ' ')}`] : [];
  });
  const cells = [
    countLoans(total?.loans ?? 0),
    renderAmount(total?.outstanding_balance, NO_RATE),
    renderAmount(total?.amount_at_risk, NO_RATE),
    formatPercent(of('PAR>30')?.by_outstanding ?? null),
    formatPercent(of('PAR>30')?.by_principal ?? null),
  ];
  return h(
    'tbody.portfolio-group',
    h(
      'tr',
      h('th', { scope: 'row' }, currency),
      cells.map((cell) => h('td.number', cell)),
    ),
    h(
      'tr',
      h(
        'td',
        { colspan: COLUMNS.length },
        createBucketBar(BUCKETS.map(of)),
        outside.length > 0 && h('p.muted.small', `Besides: ${outside.join(', ')}.`),
      ),
    ),
  );
}

/** @param {number} count */
const countLoans = (count) => `${count} loan${count === 1 ? '' : 's'}`;

/** @param {(ParLine | undefined)[]} buckets */
function createBucketBar(buckets) {
  const shares = buckets.map((line) => line?.by_outstanding ?? null);
  const labels = BUCKETS.map((name) => (name === 'current' ? name : `${name} days`));
  let x = 0;
  const parts = shares.map((share, at) => {
    const width = toPixelValue(share ?? '0') * 100;
    const title = `${labels[at]}: ${formatPercent(share)} of the outstanding balance`;
    const part = paintBucket(
      svg('rect', { x, y: 0, width, height: 10 }, svg('title', {}, title)),
      at,
    );
    x += width;
    return width > 0 ? part : null;
  });
  const attributes = { viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' };
  return h(
    'div',
    svg('svg', { class: 'bucket-bar', ...attributes }, ...parts),
    h(
      'ul.legend',
      buckets.map((line, at) =>
        h(
          'li',
          paintBucket(h('span.swatch', { 'aria-hidden': 'true' }), at),
          `${labels[at]}: `,
          h('strong', formatPercent(shares[at] ?? null)),
          h('span.muted', ` (${countLoans(line?.loans ?? 0)})`),
        ),
      ),
    ),
  );
}

/** @template {HTMLElement | SVGElement} Part @param {Part} part @param {number} at */
function paintBucket(part, at) {
  part.classList.add('bucket');
  part.style.setProperty('--bucket', `var(--bucket-${at})`);
  return part;
}
