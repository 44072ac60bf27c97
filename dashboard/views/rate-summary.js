// @ts-check
import { describeError, requestAllPages, saveBlob } from '../data/api.js';
import { divide } from '../data/decimal.js';
import { createButton, createNotice, h, render } from '../ui/dom.js';
import { renderRate } from '../ui/numbers.js';
import { createDisclosure, createDownloads, createTable, number, rate, text } from '../ui/table.js';

/** @typedef {import('../data/rate-range.js').Series} Series */
/** @typedef {import('../data/types.d.ts').Schemas['Bucket']} Bucket */

/** @typedef {import('../data/rate-range.js').Summary & { quote: string }} Row */
/** @type {readonly import('../ui/table.js').Column<Row>[]} */
const COLUMNS = [
  text('Currency', 'quote'),
  rate('Average', 'average'),
  number('Closing', ({ closing, closingDate }) =>
    h('span', { title: `Rate of ${closingDate}` }, renderRate(closing)),
  ),
  rate('High', 'high'),
  rate('Low', 'low'),
  number('Days', 'days'),
];
/** @type {readonly import('../ui/table.js').Column<Bucket>[]} */
const MONTH_COLUMNS = [
  text('Month', ({ from }) => from.slice(0, 7)),
  text('Currency', 'quote'),
  number('Average', (bucket) => renderRate(roundAverage(bucket))),
  rate('Closing', 'last'),
  rate('High', 'max'),
  rate('Low', 'min'),
  number('Days', ({ count, days }) => `${count} of ${days}`),
];

/**
 * Average, closing rate, high and low of a range, as accountants translate by them.
 * @param {Series[]} series
 * @param {{ from: string, to: string }} range
 * @param {{ query: string, side: 'rate' | 'inverse' }} shown of the API, and which of its rates
 */
export function createSummary(series, { from, to }, { query, side }) {
  const rows = series.flatMap(({ quote, summary }) => (summary ? [{ quote, ...summary }] : []));
  if (rows.length === 0) return null;
  const isDirect = side === 'rate';
  const download = () => {
    const head = 'currency,from,to,average,closing,closing_date,high,low,days,unit';
    const lines = rows.map(({ quote, average, closing, closingDate, high, low, days }) =>
      [
        ...[quote, from, to, average, closing, closingDate, high, low, days],
        isDirect ? `${quote} for 1 USD` : `USD for 1 ${quote}`,
      ].join(','),
    );
    const what = isDirect ? 'summary' : 'summary_in-USD';
    const file = `fx-rates-${what}_${rows.map(({ quote }) => quote).join('-')}_${from}_${to}.csv`;
    saveBlob(new Blob([`${[head, ...lines].join('\r\n')}\r\n`], { type: 'text/csv' }), file);
  };
  return h(
    'div.summary',
    h(
      'div.row.under-chart',
      h('h3', `Summary, ${from} to ${to}, ${isDirect ? 'for 1 USD' : 'in USD'}`),
      createButton('Summary as CSV', download, { class: 'link small' }),
      // The API summarises months, not any range, and only rates for 1 USD.
      isDirect &&
        from.slice(0, 7) === to.slice(0, 7) &&
        createDownloads(['Summary as XLSX', `/v2/rates.xlsx?${query}&group=month`]),
    ),
    createTable(`Summary from ${from} to ${to}`, COLUMNS, rows),
  );
}

/**
 * Loads the same by month when opened.
 * @param {string} query
 * @param {AbortSignal} signal
 */
export function createMonths(query, signal) {
  const path = `?${query}&group=month`;
  return createDisclosure('By month', () => {
    const content = h('div', h('p.muted', 'Loading …'));
    const show = async () => {
      try {
        /** @type {{ data: Bucket[] }} */
        const { data } = await requestAllPages(`/v2/rates${path}`, { signal });
        const newestFirst = [...data].sort((a, b) => b.from.localeCompare(a.from));
        render(
          content,
          createTable('Rates by month, for 1 USD', MONTH_COLUMNS, newestFirst),
          createDownloads(
            ['By month as CSV', `/v2/rates.csv${path}`],
            ['By month as XLSX', `/v2/rates.xlsx${path}`],
          ),
        );
      } catch (error) {
        const message = describeError(error);
        if (message) render(content, createNotice('wrong', message));
      }
    };
    void show();
    return content;
  });
}

/** The API sends averages with 18 decimals; the rates have fewer. @param {Bucket} bucket */
function roundAverage({ avg, min, max, last }) {
  const places = Math.max(...[min, max, last].map((rate) => rate.split('.')[1]?.length ?? 0));
  return divide(avg, '1', { places }) ?? avg;
}
