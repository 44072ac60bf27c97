// @ts-check
import { asked } from '../data/address.js';
import { dayAsked, inUsd } from '../data/as-of.js';
import { percent, position, ratio, sum } from '../data/decimal.js';
import { drawing, element, onDemand, table } from '../ui/element.js';
import { amountFigure } from '../ui/figure.js';
import { nothing, panel } from '../ui/panel.js';

/** @typedef {import('../data/answers.d.ts').ParLine} ParLine */

const BUCKETS = ['current', '1-30', '31-60', '61-90', '90+'];

/** What is lent, what of it is at risk, and how old the arrears are. @param {import('../data/book.js').Book} book @param {AbortSignal} signal */
export function portfolio(book, signal) {
  const { root, load } = panel({ title: 'Portfolio', signal, class: 'portfolio', lines: 12 });
  let seen = '';
  const follow = () => {
    const now = `${dayAsked()} ${asked('in')}`;
    if (now === seen) return;
    seen = now;
    void load(async () => {
      const { data, meta } = await book.par();
      if (!data.some(({ loans }) => loans > 0))
        return [
          nothing(
            'The loan book is empty.',
            'npm run seed loads the sample, npm run load a folder of files.',
          ),
        ];
      const groups = groupsOf(data);
      const notes = inUsd() ? meta.notes : [];
      return [
        element(
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
          element(
            'ul',
            { class: 'muted small notes' },
            notes.map((note) => element('li', {}, note)),
          ),
        onDemand('Data table', () => parTable(groups.flatMap(({ lines }) => lines))),
      ];
    });
  };
  return { root, follow };
}

/** The whole book in USD, or one group a currency: amounts of different currencies are never added up. @param {readonly ParLine[]} lines */
export function groupsOf(lines) {
  const wanted = inUsd() ? 'book in USD' : 'currency';
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
    ? sum(/** @type {string[]} */ (amounts))
    : null;
  const loans = buckets.reduce((count, bucket) => count + bucket.loans, 0);
  return element(
    'div',
    { class: 'portfolio-group', role: 'group', 'aria-label': `Portfolio in ${currency}` },
    element(
      'h3',
      {},
      currency,
      element('span', { class: 'muted' }, ` ${loans} loan${loans === 1 ? '' : 's'}`),
    ),
    element(
      'dl',
      { class: 'tiles' },
      tile('Outstanding', amountFigure(outstanding)),
      tile('At risk', amountFigure(of('PAR>0')?.amount_at_risk ?? null), 'Due and not received'),
      tile(
        'PAR30',
        percent(of('PAR>30')?.by_outstanding ?? null),
        'Balance of loans more than 30 days past due, of all that is outstanding',
      ),
    ),
    bar(buckets, outstanding),
  );
}

/** @param {string} name @param {import('../ui/element.js').Child} value @param {string} [title] */
const tile = (name, value, title) =>
  element(
    'div',
    { class: 'tile', title: title ?? null },
    element('dt', {}, name),
    element('dd', {}, value),
  );

/** @param {{ name: string, loans: number, outstanding: string | null }[]} buckets @param {string | null} total */
function bar(buckets, total) {
  const shares = buckets.map(({ outstanding }) =>
    outstanding && total ? ratio(outstanding, total, { places: 6 }) : null,
  );
  let x = 0;
  const parts = shares.map((share, at) => {
    const width = position(share ?? '0') * 100;
    const part = drawing(
      'rect',
      { x, y: 0, width, height: 10, class: `bucket-${at}` },
      drawing('title', {}, `${buckets[at]?.name} days: ${percent(share)}`),
    );
    x += width;
    return width > 0 ? part : null;
  });
  return element(
    'div',
    {},
    drawing(
      'svg',
      {
        class: 'bucket-bar',
        viewBox: '0 0 100 10',
        preserveAspectRatio: 'none',
        'aria-hidden': 'true',
      },
      ...parts,
    ),
    element(
      'ul',
      { class: 'legend' },
      buckets.map(({ name, loans }, at) =>
        element(
          'li',
          {},
          element('span', { class: `swatch bucket-${at}`, 'aria-hidden': 'true' }),
          `${name} `,
          element('strong', {}, percent(shares[at] ?? null)),
          element('span', { class: 'muted' }, ` ${loans}`),
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
      amountFigure(outstanding_balance),
      amountFigure(amount_at_risk),
      percent(by_outstanding),
    ],
  );
  return table('Portfolio at risk and buckets', columns, rows);
}
