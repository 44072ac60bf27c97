// @ts-check
import { createLineChart } from '../charts/line-chart.js';
import { requestAllPages } from '../data/api.js';
import { loadCurrencies } from '../data/currencies.js';
import { formatPercent, toPixelValue } from '../data/decimal.js';
import { onRate } from '../data/event-stream.js';
import { debounce } from '../data/schedule.js';
import { onStatus, titleOf } from '../data/status.js';
import { createMark, h } from '../ui/dom.js';
import { groupThousands } from '../ui/numbers.js';
import { createPanel } from '../ui/panel.js';
import { createDisclosure, createDownloads, createTable, number, text } from '../ui/table.js';
import { addDays, getToday } from '../ui/time.js';

/** @typedef {import('../data/types.d.ts').Schemas['Quality']} Quality */

const DAYS = 90;
const PAGE = 1000;
const MAX_ROWS = 10_000;
const BURST_MS = 400;
const DIVERGES = 'Beyond the tolerance (CROSS_CHECK_TOLERANCE)';

/**
 * How far the second source is from the rates of the last days. Stays hidden while no day has two
 * sources.
 * @param {AbortSignal} signal
 */
export function createQualityChart(signal) {
  const panel = createPanel({ title: 'Second source', signal, class: 'quality', lines: 9 });
  const { root, load } = panel;
  root.hidden = true;
  const refresh = () =>
    load(async (shown) => {
      const from = addDays(getToday(), -DAYS);
      /** @type {{ data: Quality[] }} */
      const { data } = await requestAllPages(`/v2/quality?from=${from}&limit=${PAGE}`, {
        ...{ signal, most: MAX_ROWS },
      });
      const compared = data.filter(({ difference }) => difference !== null);
      root.hidden = compared.length === 0;
      if (root.hidden) return [];
      const { data: currencies } = await loadCurrencies();
      const codes = currencies.map(({ code }) => code);
      return renderQuality(compared, { from, codes }, shown);
    });
  // The status has the titles of the sources. One source alone costs no request.
  let isStarted = false;
  onStatus(({ status }) => {
    if (isStarted || !status?.compared) return;
    isStarted = true;
    root.hidden = false;
    void refresh();
    onRate(debounce(refresh, BURST_MS), signal, { firstConnection: false });
  }, signal);
  return root;
}

/**
 * @param {Quality[]} rows
 * @param {{ from: string, codes: string[] }} range codes: in the order of the page
 * @param {AbortSignal} signal
 */
function renderQuality(rows, { from, codes }, signal) {
  const days = [...new Set(rows.map(({ rate_date }) => rate_date))];
  const quotes = codes.filter((code) => rows.some(({ quote }) => quote === code));
  const lines = quotes.map((label) => {
    const own = new Map(
      rows.filter(({ quote }) => quote === label).map((row) => [row.rate_date, row]),
    );
    return {
      label,
      values: days.map((day) => {
        const difference = own.get(day)?.difference;
        return difference ? toPixelValue(difference) * 100 : null;
      }),
      texts: days.map((day) => describe(own.get(day))),
    };
  });
  const sources = [...new Set(rows.map(({ second_source }) => titleOf(String(second_source))))];
  const diverging = rows.filter(({ diverges }) => diverges).reverse();
  const describes =
    `Line chart of the difference of ${sources.join(', ')} in percent ` +
    `from ${days[0]} to ${days.at(-1)} for ${quotes.join(', ')}.`;
  return [
    h('p.muted.small', `How far ${sources.join(', ')} is from the rate of the day, in percent.`),
    createLineChart({ days, lines, describes, class: 'short' }, signal),
    diverging.length > 0 &&
      h('p.row.diverging', createMark('wrong', 'diverges', DIVERGES), listDiverging(diverging)),
    h(
      'div.row.under-chart',
      createDisclosure('Data table', () => createDataTable(rows)),
      createDownloads(
        ['CSV', `/v2/quality.csv?from=${from}`],
        ['XLSX', `/v2/quality.xlsx?from=${from}`],
      ),
    ),
  ];
}

const MAX_LISTED = 5;

/** @param {Quality[]} rows */
function listDiverging(rows) {
  const named = rows
    .slice(0, MAX_LISTED)
    .map(
      ({ quote, rate_date, difference }) => `${quote} ${rate_date} ${formatPercent(difference)}`,
    );
  const others = rows.length - named.length;
  return named.join(', ') + (others > 0 ? ` and ${others} more` : '');
}

/** @param {Quality | undefined} row */
const describe = (row) =>
  row ? `${formatPercent(row.difference)}${row.diverges ? ' diverges' : ''}` : 'no second rate';

/** @type {readonly import('../ui/table.js').Column<Quality>[]} */
const COLUMNS = [
  text('Day (UTC)', 'rate_date'),
  text('Currency', 'quote'),
  number('Rate', ({ rate }) => groupThousands(rate)),
  text('Source', ({ source }) => titleOf(source)),
  number('Second rate', ({ second_rate }) => groupThousands(second_rate ?? '–')),
  text('Second source', ({ second_source }) => titleOf(String(second_source))),
  number('Difference', ({ difference, diverges }) => [
    formatPercent(difference),
    diverges && ' ',
    diverges && createMark('wrong', 'diverges', DIVERGES),
  ]),
];

/** @param {Quality[]} rows oldest first */
const createDataTable = (rows) =>
  createTable('Rates beside those of the second source', COLUMNS, [...rows].reverse());
