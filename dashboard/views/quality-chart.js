// @ts-check
import { createLineChart } from '../charts/line-chart.js';
import { getSeriesColour } from '../charts/series.js';
import { requestAllPages, toUrl } from '../data/api.js';
import { formatPercent, toPixelValue } from '../data/decimal.js';
import { onRate } from '../data/event-stream.js';
import { anySignal } from '../data/signals.js';
import { onStatus, titleOf } from '../data/status.js';
import { createDetails, createMark, createTable, h } from '../ui/dom.js';
import { groupThousands } from '../ui/figures.js';
import { createPanel } from '../ui/panel.js';
import { addDays, getToday } from '../ui/time.js';

/** @typedef {import('../data/types.d.ts').Quality} Quality */

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
  let drawn = new AbortController();
  const refresh = () =>
    load(async () => {
      const from = addDays(getToday(), -DAYS);
      /** @type {{ data: Quality[] }} */
      const { data } = await requestAllPages(`/v2/quality?from=${from}&limit=${PAGE}`, {
        ...{ signal, most: MAX_ROWS },
      });
      const compared = data.filter(({ difference }) => difference !== null);
      root.hidden = compared.length === 0;
      drawn.abort();
      drawn = new AbortController();
      return root.hidden ? [] : renderQuality(compared, from, anySignal([signal, drawn.signal]));
    });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const refreshSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, BURST_MS);
  };
  // The status has the titles of the sources. One source alone costs no request.
  let isStarted = false;
  onStatus(({ status }) => {
    if (isStarted || !status?.compared) return;
    isStarted = true;
    root.hidden = false;
    void refresh();
    onRate(refreshSoon, signal, { firstConnection: false });
  }, signal);
  return root;
}

/** @param {Quality[]} rows @param {string} from @param {AbortSignal} signal */
function renderQuality(rows, from, signal) {
  const days = [...new Set(rows.map(({ rate_date }) => rate_date))];
  const quotes = [...new Set(rows.map(({ quote }) => quote))].sort();
  const lines = quotes.map((label) => {
    const own = new Map(
      rows.filter(({ quote }) => quote === label).map((row) => [row.rate_date, row]),
    );
    return {
      label,
      colour: getSeriesColour(label),
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
  const download = (/** @type {'csv' | 'xlsx'} */ format) =>
    h(
      'a',
      { href: toUrl(`/v2/quality.${format}?from=${from}`), download: '' },
      format.toUpperCase(),
    );
  return [
    h(
      'p',
      { class: 'muted small' },
      `How far ${sources.join(', ')} is from the rate of the day, in percent.`,
    ),
    createLineChart({ days, lines, describes, class: 'short' }, signal),
    diverging.length > 0 &&
      h(
        'p',
        { class: 'row diverging' },
        createMark('wrong', 'diverges', DIVERGES),
        listDiverging(diverging),
      ),
    h(
      'div',
      { class: 'row under-chart' },
      createDetails('Data table', () => createDataTable(rows)),
      h('span', { class: 'row downloads' }, download('csv'), download('xlsx')),
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

/** @param {Quality[]} rows oldest first */
function createDataTable(rows) {
  const columns = [
    { name: 'Day (UTC)' },
    { name: 'Currency' },
    { name: 'Rate', figures: true },
    { name: 'Source' },
    { name: 'Second rate', figures: true },
    { name: 'Second source' },
    { name: 'Difference', figures: true },
  ];
  const cells = [...rows]
    .reverse()
    .map((row) => [
      row.rate_date,
      row.quote,
      groupThousands(row.rate),
      titleOf(row.source),
      groupThousands(row.second_rate ?? '–'),
      titleOf(String(row.second_source)),
      [
        formatPercent(row.difference),
        row.diverges && ' ',
        row.diverges && createMark('wrong', 'diverges', DIVERGES),
      ],
    ]);
  return createTable('Rates beside those of the second source', columns, cells);
}
