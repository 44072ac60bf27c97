// @ts-check

import { createLineChart } from '../charts/line-chart.js';
import { getSeriesColour } from '../charts/series.js';
import { requestAllPages, requestJson } from '../data/api.js';
import { divide, groupThousands, toPixelValue } from '../data/decimal.js';
import { onRate } from '../data/event-stream.js';
import { getParam, onParamsChange, setParams } from '../data/params.js';
import { anySignal } from '../data/signals.js';
import { createChoice, createDetails, createTable, h } from '../ui/dom.js';
import { createEmptyState, createPanel } from '../ui/panel.js';
import { addDays, getToday, listDays } from '../ui/time.js';

/** @typedef {import('../data/answers.d.ts').Rate} Rate */
/** @typedef {import('../data/answers.d.ts').Currency} Currency */
/** @typedef {{ quote: string, days: Map<string, string> }} Course */

const RANGES = /** @type {const} */ ([
  ['1m', '1 M', 30],
  ['3m', '3 M', 91],
  ['1y', '1 Y', 365],
  ['all', 'All', 3660],
]);
/** More days than this are drawn by the last rate of each week. */
const MOST_DAILY = 800;
const BURST_MS = 400;

/** @param {AbortSignal} signal */
export function rateChart(signal) {
  const range = createChoice(
    'Range',
    RANGES.map(([value, text]) => /** @type {const} */ ([value, text])),
    {
      value: rangeAsked,
      pick: (value) => setParams({ range: value === '3m' ? null : value }, { step: false }),
    },
  );
  const { root, load } = createPanel({
    title: 'Rates over time',
    signal,
    tools: [range.root],
    class: 'chart-panel',
    lines: 17,
  });
  let drawn = new AbortController();
  let seen = question();
  const refresh = () =>
    load(async () => {
      const mine = new AbortController();
      const content = await course(anySignal([signal, mine.signal]));
      // The old chart stays until the new one is there.
      drawn.abort();
      drawn = mine;
      return content;
    });
  onParamsChange(() => {
    if (seen === question()) return;
    seen = question();
    range.follow();
    void refresh();
  }, signal);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;
  onRate(() => {
    clearTimeout(soon);
    soon = setTimeout(refresh, BURST_MS);
  }, signal);
  void refresh();
  return { root };
}

const rangeAsked = () =>
  RANGES.some(([value]) => value === getParam('range')) ? getParam('range') : '3m';
const question = () => `${rangeAsked()} ${getParam('quotes', '')} ${getParam('show', 'rate')}`;

/** @param {AbortSignal} signal */
async function course(signal) {
  /** @type {{ data: Currency[] }} */
  const { data } = await requestJson('/v2/currencies', { signal });
  const known = data.filter(({ code, days }) => code !== 'USD' && days > 0);
  if (known.length === 0)
    return [createEmptyState('No course yet.', 'It begins with the first rate.')];
  const codes = known.map(({ code }) => code);
  const wanted = getParam('quotes', codes.includes('KES') ? 'KES' : codes[0])
    .split(',')
    .filter((code) => codes.includes(code));
  const chosen = wanted.length > 0 ? wanted : codes.slice(0, 1);
  const to = getToday();
  const first =
    known
      .filter(({ code }) => chosen.includes(code))
      .map(({ first_date }) => first_date ?? to)
      .sort()[0] ?? to;
  const length = RANGES.find(([value]) => value === rangeAsked())?.[2] ?? 91;
  const from = [first, addDays(to, -length)].sort()[1] ?? first;
  const weekly = listDays(from, to).length > MOST_DAILY;
  const path = `/v2/rates?from=${from}&to=${to}&quotes=${chosen.join(',')}${weekly ? '&group=week' : ''}`;
  const rows = await requestAllPages(path, { signal });
  const courses = chosen.map((quote) => ({
    quote,
    days: daysOf(/** @type {any[]} */ (rows.data), quote),
  }));
  const days = weekly
    ? [...new Set(courses.flatMap(({ days: own }) => [...own.keys()]))].sort()
    : listDays(from, to);
  return [
    chips(codes, chosen),
    h('p', { class: 'muted small' }, explained(chosen, weekly)),
    chart(courses, days, signal),
    h(
      'div',
      { class: 'row under-chart' },
      createDetails('Data table', () => dataTable(courses, days)),
      h(
        'span',
        { class: 'row downloads' },
        h('a', { href: path.replace('?', '.csv?'), download: '' }, 'CSV'),
        h('a', { href: path.replace('?', '.xlsx?'), download: '' }, 'XLSX'),
      ),
    ),
  ];
}

/** @param {any[]} rows rates of days, or buckets of weeks @param {string} quote @returns {Map<string, string>} */
function daysOf(rows, quote) {
  const side = getParam('show', 'rate') === 'rate' ? 'rate' : 'inverse';
  return new Map(
    rows
      .filter((row) => row.quote === quote)
      .flatMap((row) =>
        'last_date' in row
          ? [[row.last_date, row.last]]
          : row[side]
            ? [[row.rate_date, row[side]]]
            : [],
      ),
  );
}

/** @param {readonly string[]} chosen @param {boolean} weekly */
function explained(chosen, weekly) {
  const what =
    chosen.length > 1
      ? 'Indexed: the first day of each currency in this range is 100.'
      : getParam('show', 'rate') === 'rate' || weekly
        ? `${chosen[0]} for 1 USD.`
        : `USD for 1 ${chosen[0]}.`;
  return weekly ? `${what} The last rate of each week.` : what;
}

/** @param {readonly string[]} codes @param {readonly string[]} chosen */
function chips(codes, chosen) {
  const toggle = (/** @type {string} */ code) => {
    const next = chosen.includes(code)
      ? chosen.filter((other) => other !== code)
      : codes.filter((other) => other === code || chosen.includes(other));
    if (next.length > 0) setParams({ quotes: next.join(',') }, { step: false });
  };
  return h(
    'div',
    { class: 'chips', role: 'group', 'aria-label': 'Currencies of the chart' },
    codes.map((code) =>
      h(
        'button',
        {
          type: 'button',
          class: `chip series-${getSeriesColour(code)}`,
          'data-key': code,
          'aria-pressed': String(chosen.includes(code)),
          click: () => toggle(code),
        },
        h('span', { class: 'swatch', 'aria-hidden': 'true' }),
        code,
      ),
    ),
    h(
      'button',
      {
        type: 'button',
        class: 'chip plain',
        'data-key': 'all',
        click: () => setParams({ quotes: codes.join(',') }, { step: false }),
      },
      'all',
    ),
  );
}

/** @param {Course[]} courses @param {readonly string[]} days @param {AbortSignal} signal */
function chart(courses, days, signal) {
  const several = courses.length > 1;
  const lines = courses.map(({ quote, days: own }) => {
    const begin = days.map((day) => own.get(day)).find((value) => value !== undefined);
    const shown = days.map((day) => indexed(own.get(day), several ? begin : undefined));
    return {
      label: quote,
      colour: getSeriesColour(quote),
      values: shown.map((text) => (text === undefined ? null : toPixelValue(text))),
      texts: days.map((day, at) => {
        const rate = own.get(day);
        return rate === undefined
          ? 'no rate'
          : several
            ? `${rounded2(shown[at])} (${groupThousands(rate)})`
            : groupThousands(rate);
      }),
    };
  });
  const describes = `Line chart of ${courses.map(({ quote }) => quote).join(', ')} from ${days[0]} to ${days.at(-1)}.`;
  return createLineChart({ days, lines, describes }, signal);
}

/** @param {string | undefined} value @param {string | undefined} begin */
const indexed = (value, begin) =>
  value === undefined || begin === undefined
    ? value
    : (divide(value, begin, { places: 4, times: 100n }) ?? undefined);

/** @param {string | undefined} text */
const rounded2 = (text) => (text === undefined ? '' : text.slice(0, text.indexOf('.') + 3));

/** @param {Course[]} courses @param {readonly string[]} days */
function dataTable(courses, days) {
  const columns = [
    { name: 'Day (UTC)' },
    ...courses.map(({ quote }) => ({ name: quote, figures: true })),
  ];
  const rows = [...days]
    .reverse()
    .map((day) => [
      day,
      ...courses
        .map(({ days: own }) => own.get(day) ?? 'no rate')
        .map((text) => (text === 'no rate' ? text : groupThousands(text))),
    ]);
  return createTable(`Rates from ${days[0]} to ${days.at(-1)}`, columns, rows);
}
