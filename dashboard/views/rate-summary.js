// @ts-check
import { describeError, requestAllPages, saveBlob, toUrl } from '../data/api.js';
import { divide } from '../data/decimal.js';
import { createButton, createDetails, createNotice, createTable, h, render } from '../ui/dom.js';
import { renderRate } from '../ui/figures.js';

/** @typedef {import('../data/rate-range.js').Series} Series */
/** @typedef {import('../data/types.d.ts').Bucket} Bucket */

const COLUMNS = [
  { name: 'Currency' },
  { name: 'Average', figures: true },
  { name: 'Closing', figures: true },
  { name: 'High', figures: true },
  { name: 'Low', figures: true },
  { name: 'Days', figures: true },
];

/**
 * Average, closing rate, high and low of a range, as accountants translate by them.
 * @param {Series[]} series
 * @param {{ from: string, to: string }} range
 */
export function createSummary(series, { from, to }) {
  const rows = series.flatMap(({ quote, summary }) => (summary ? [{ quote, ...summary }] : []));
  if (rows.length === 0) return null;
  const table = createTable(
    `Summary from ${from} to ${to}`,
    COLUMNS,
    rows.map(({ quote, average, closing, closingDate, high, low, days }) => [
      quote,
      renderRate(average),
      h('span', { title: `Rate of ${closingDate}` }, renderRate(closing)),
      renderRate(high),
      renderRate(low),
      String(days),
    ]),
  );
  const download = () => {
    const head = 'currency,from,to,average,closing,closing_date,high,low,days';
    const lines = rows.map(({ quote, average, closing, closingDate, high, low, days }) =>
      [quote, from, to, average, closing, closingDate, high, low, days].join(','),
    );
    const file = `fx-rates-summary_${rows.map(({ quote }) => quote).join('-')}_${from}_${to}.csv`;
    saveBlob(new Blob([`${[head, ...lines].join('\r\n')}\r\n`], { type: 'text/csv' }), file);
  };
  return h(
    'div',
    { class: 'summary' },
    h(
      'div',
      { class: 'row under-chart' },
      h('h3', {}, `Summary, ${from} to ${to}`),
      createButton('Summary as CSV', download, { class: 'link small' }),
    ),
    table,
  );
}

/**
 * Loads the same figures by month when opened.
 * @param {string} query
 * @param {AbortSignal} signal
 */
export function createMonthlyDetails(query, signal) {
  const path = `?${query}&group=month`;
  return createDetails('By month', () => {
    const content = h('div', {}, h('p', { class: 'muted' }, 'Loading …'));
    const show = async () => {
      try {
        /** @type {{ data: Bucket[] }} */
        const { data } = await requestAllPages(`/v2/rates${path}`, { signal });
        render(content, createMonthlyTable(data), createDownloads(path));
      } catch (error) {
        const message = describeError(error);
        if (message) render(content, createNotice('wrong', message));
      }
    };
    void show();
    return content;
  });
}

/** @param {string} path */
const createDownloads = (path) =>
  h(
    'p',
    { class: 'row downloads' },
    h('a', { href: toUrl(`/v2/rates.csv${path}`), download: '' }, 'By month as CSV'),
    h('a', { href: toUrl(`/v2/rates.xlsx${path}`), download: '' }, 'By month as XLSX'),
  );

/** @param {Bucket[]} buckets */
function createMonthlyTable(buckets) {
  const rows = [...buckets]
    .sort((a, b) => b.from.localeCompare(a.from))
    .map((bucket) => [
      bucket.from.slice(0, 7),
      bucket.quote,
      renderRate(roundAverage(bucket)),
      renderRate(bucket.last),
      renderRate(bucket.max),
      renderRate(bucket.min),
      `${bucket.count} of ${bucket.days}`,
    ]);
  return createTable('Rates by month, for 1 USD', [{ name: 'Month' }, ...COLUMNS], rows);
}

/** The API sends averages with 18 decimals; the rates have fewer. @param {Bucket} bucket */
function roundAverage({ avg, min, max, last }) {
  const places = Math.max(...[min, max, last].map((rate) => rate.split('.')[1]?.length ?? 0));
  return divide(avg, '1', { places }) ?? avg;
}
