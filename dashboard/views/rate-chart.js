// @ts-check
import { createLineChart } from '../charts/line-chart.js';
import { paintSeries } from '../charts/series.js';
import { loadCurrencies } from '../data/currencies.js';
import { divide, toPixelValue } from '../data/decimal.js';
import { onRate } from '../data/event-stream.js';
import { getParam, onParams, setParams } from '../data/params.js';
import { getRange, loadSeries, PRESETS } from '../data/rate-range.js';
import { debounce } from '../data/schedule.js';
import { createButton, createMark, createNotice, h } from '../ui/dom.js';
import { createChoice } from '../ui/filter.js';
import { groupThousands } from '../ui/numbers.js';
import { createEmptyState, createPanel } from '../ui/panel.js';
import { createDisclosure, createDownloads, createTable, number, text } from '../ui/table.js';
import { getToday, listDays } from '../ui/time.js';
import { SUSPECT } from './rate-cards.js';
import { createMonths, createSummary } from './rate-summary.js';

/** @typedef {import('../data/rate-range.js').Series} Series */
/** @typedef {import('../data/types.d.ts').Schemas['Currency']} Currency */

const BURST_MS = 400;
const SHOWN_PARAMS = ['range', 'from', 'to', 'quotes', 'show'];

/** Rates over time, with a summary of the range. @param {AbortSignal} signal */
export function createRateChart(signal) {
  const presets = createChoice('range', 'Range', PRESETS, {
    getValue: () => getRange().preset,
    clear: { from: null, to: null },
  });
  const [from, to] = [createDayInput('from', 'From'), createDayInput('to', 'To')];
  const { root, load } = createPanel({
    title: 'Rates over time',
    signal,
    tools: [presets.root, from.field, to.field],
    class: 'chart-panel',
    lines: 19,
  });
  const refresh = () => void load(renderChart);
  const follow = () => {
    for (const control of [presets, from, to]) control.follow();
    refresh();
  };
  onParams(SHOWN_PARAMS, follow, signal);
  onRate(debounce(refresh, BURST_MS), signal, { firstConnection: false });
  refresh();
  return root;
}

/** @param {'from' | 'to'} name @param {string} label */
function createDayInput(name, label) {
  const id = `chart-${name}`;
  const change = () => {
    const range = { from: getRange().from, to: getRange().to, [name]: input.value };
    if (input.value) setParams({ ...range, range: null }, { step: false });
  };
  const bounds = { min: '2000-01-01', max: '2199-12-31' };
  /** @type {HTMLInputElement} */
  const input = h('input', { id, type: 'date', change, ...bounds });
  const follow = () => {
    input.value = getRange()[name];
  };
  follow();
  const field = h('div.field.inline', h('label', { for: id }, label), input);
  return { field, follow };
}

/** @param {AbortSignal} signal */
async function renderChart(signal) {
  const { data } = await loadCurrencies();
  const known = data.filter(({ code, days }) => code !== 'USD' && days > 0);
  if (known.length === 0)
    return [createEmptyState('No history yet.', 'It starts with the first rate.')];
  const codes = known.map(({ code }) => code);
  const wanted = getParam('quotes', codes.includes('KES') ? 'KES' : codes[0]).split(',');
  const chosen = codes.filter((code) => wanted.includes(code));
  const unknown = wanted.filter((code) => !codes.includes(code));
  if (chosen.length === 0) chosen.push(...codes.slice(0, 1));
  const range = clipRange(known.filter(({ code }) => chosen.includes(code)));
  const { series, weekly, query, side } = await loadSeries(chosen, range, signal);
  const days = weekly
    ? [...new Set(series.flatMap(({ points }) => [...points.keys()]))].sort()
    : listDays(range.from, range.to);
  const points = series.flatMap((own) => [...own.points.values()]);
  return [
    createChips(codes, chosen),
    unknown.length > 0 && createNotice('wrong', `There are no rates of ${unknown.join(', ')}.`),
    h(
      'p.row.muted.small',
      explainScale(chosen, side, weekly),
      points.some(({ suspect }) => suspect) && createMark('wrong', 'suspect', SUSPECT),
      points.some(({ simulated }) => simulated) && createMark('dull', 'simulated'),
    ),
    createChart(series, days, signal),
    createSummary(series, range, { query, side }),
    h(
      'div.row.under-chart',
      createDisclosure('Data table', () => createDataTable(series, days)),
      createMonths(query, signal),
      createRateDownloads(query),
    ),
  ];
}

/** No days before the first rate, none after today. @param {Currency[]} chosen */
function clipRange(chosen) {
  const { from, to } = getRange();
  const first = chosen.map(({ first_date }) => first_date ?? to).sort()[0] ?? to;
  const end = to < getToday() ? to : getToday();
  const start = from > first ? from : first;
  return start <= end ? { from: start, to: end } : { from, to };
}

/** @param {string} query */
function createRateDownloads(query) {
  const wide = 'One row per day, one column per currency';
  return createDownloads(
    ['CSV', `/v2/rates.csv?${query}`],
    ['XLSX', `/v2/rates.xlsx?${query}`],
    ['CSV by currency', `/v2/rates.csv?${query}&layout=wide`, wide],
    ['XLSX by currency', `/v2/rates.xlsx?${query}&layout=wide`, wide],
  );
}

/** @param {readonly string[]} chosen @param {'rate' | 'inverse'} side @param {boolean} weekly */
function explainScale(chosen, side, weekly) {
  const [code] = chosen.length > 1 ? ['each currency'] : chosen;
  const unit = side === 'rate' ? `${code} for 1 USD.` : `USD for 1 ${code}.`;
  const scale = chosen.length > 1 ? `${unit} Indexed: its first day in this range is 100.` : unit;
  return weekly ? `${scale} The last rate of each week.` : scale;
}

/** @param {readonly string[]} codes @param {readonly string[]} chosen */
function createChips(codes, chosen) {
  const choose = (/** @type {readonly string[]} */ quotes) =>
    quotes.length > 0 && setParams({ quotes: quotes.join(',') }, { step: false });
  const createChip = (/** @type {string} */ code) => {
    const pressed = chosen.includes(code);
    const toggled = codes.filter((other) => chosen.includes(other) !== (other === code));
    const state = { class: 'chip', 'data-key': code, 'aria-pressed': String(pressed) };
    const chip = createButton(code, () => choose(toggled), state);
    chip.prepend(h('span.swatch', { 'aria-hidden': 'true' }));
    return paintSeries(chip, code);
  };
  const all = { class: 'chip plain', 'data-key': 'all' };
  return h(
    'div.chips',
    { role: 'group', 'aria-label': 'Currencies of the chart' },
    ...codes.map(createChip),
    createButton('all', () => choose(codes), all),
  );
}

/** @param {Series[]} series @param {readonly string[]} days @param {AbortSignal} signal */
function createChart(series, days, signal) {
  const several = series.length > 1;
  const lines = series.map(({ quote, points }) => {
    const texts = days.map((day) => points.get(day)?.text);
    const first = texts.find((text) => text !== undefined);
    const shown = several ? texts.map((text) => toIndex(text, first)) : texts;
    return {
      label: quote,
      values: shown.map((text) => (text === undefined ? null : toPixelValue(text))),
      texts: days.map((day, at) => {
        const point = points.get(day);
        if (!point) return 'no rate';
        const rate = groupThousands(point.text) + (point.suspect ? ' suspect' : '');
        return several ? `${shown[at]} (${rate})` : rate;
      }),
    };
  });
  const names = series.map(({ quote }) => quote).join(', ');
  const describes = `Line chart of ${names} from ${days[0]} to ${days.at(-1)}.`;
  return createLineChart({ days, lines, describes }, signal);
}

/** @param {string | undefined} text @param {string | undefined} first is 100 */
const toIndex = (text, first) =>
  text && first ? (divide(text, first, { times: 100 }) ?? undefined) : undefined;

/** @param {Series[]} series @param {readonly string[]} days */
function createDataTable(series, days) {
  const columns = [
    text('Day (UTC)', (/** @type {string} */ day) => day),
    ...series.map(({ quote, points }) =>
      number(quote, (/** @type {string} */ day) => {
        const point = points.get(day);
        if (!point) return 'no rate';
        const mark = point.suspect && createMark('wrong', 'suspect', SUSPECT);
        return [groupThousands(point.text), mark && ' ', mark];
      }),
    ),
  ];
  return createTable(`Rates from ${days[0]} to ${days.at(-1)}`, columns, [...days].reverse());
}
