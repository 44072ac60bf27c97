// @ts-check
import { addDays, getToday, startOfMonth } from '../ui/time.js';
import { requestAllPages } from './api.js';
import { averageDecimals, compareDecimals } from './decimal.js';
import { DAY, getChoice, getParam } from './params.js';
import { isSimulated } from './status.js';

/** The rates of a range of days, as the chart and its tables show them. */

/** @typedef {import('./types.d.ts').Schemas['Rate']} Rate */
/** @typedef {import('./types.d.ts').Schemas['Bucket']} Bucket */
/** @typedef {{ text: string, suspect: boolean, simulated: boolean }} Point */
/** @typedef {{ quote: string, points: Map<string, Point>, summary: Summary | null }} Series */
/**
 * @typedef {object} Summary
 * @property {string} average of the days with a rate, rounded to the digits of the rates
 * @property {string} closing
 * @property {string} closingDate
 * @property {string} high
 * @property {string} low
 * @property {number} days with a rate
 */
/** @typedef {{ from: string, to: string, preset: string }} Range preset: '' for a custom range */

export const PRESETS = /** @type {const} */ ([
  ['3m', '3 months'],
  ['this-month', 'This month'],
  ['last-month', 'Last month'],
  ['quarter', 'Quarter'],
  ['year', 'Year'],
  ['all', 'All'],
]);
const DAYS_BACK = { '1m': 30, '3m': 91, '1y': 365, all: 3660 };
/** @type {readonly ((typeof PRESETS)[number][0] | keyof typeof DAYS_BACK)[]} */
export const RANGES = [...PRESETS.map(([preset]) => preset), '1m', '1y'];
export const SIDES = /** @type {const} */ (['rate', 'inverse']);
/** Longer ranges use the last rate of each week. */
const MAX_DAILY = 800;

/** Whether rates are shown for 1 USD or in USD. */
export const getSide = () => getChoice('show', SIDES, 'rate');

/** The range in the URL: `from` and `to`, or the name of a preset. @returns {Range} */
export function getRange() {
  const [from, to] = [readDay('from'), readDay('to')];
  if (from || to) {
    const end = to || getToday();
    const start = from || startOfMonth(end);
    return start <= end
      ? { from: start, to: end, preset: '' }
      : { from: end, to: start, preset: '' };
  }
  return resolvePreset(getChoice('range', RANGES, '3m'), getToday());
}

/** @param {string} name */
const readDay = (name) => (DAY.test(getParam(name)) ? getParam(name) : '');

/**
 * Calendar periods; the others count days back from today.
 * @param {(typeof RANGES)[number]} preset
 * @param {string} today
 * @returns {Range}
 */
function resolvePreset(preset, today) {
  const month = Number(today.slice(5, 7));
  switch (preset) {
    case 'this-month':
      return { from: startOfMonth(today), to: today, preset };
    case 'last-month':
      return { from: startOfMonth(today, -1), to: addDays(startOfMonth(today), -1), preset };
    case 'quarter':
      return { from: startOfMonth(today, -((month - 1) % 3)), to: today, preset };
    case 'year':
      return { from: startOfMonth(today, 1 - month), to: today, preset };
    default:
      return { from: addDays(today, -DAYS_BACK[preset]), to: today, preset };
  }
}

/**
 * The rates of a range, and for which side: weeks are of the rate for 1 USD only.
 * @param {readonly string[]} quotes
 * @param {{ from: string, to: string }} range
 * @param {AbortSignal} signal
 */
export async function loadSeries(quotes, { from, to }, signal) {
  const weekly = addDays(from, MAX_DAILY) < to;
  const query = `from=${from}&to=${to}&quotes=${quotes.join(',')}`;
  const path = `/v2/rates?${query}${weekly ? '&group=week' : ''}`;
  /** @type {{ data: (Rate | Bucket)[] }} */
  const { data } = await requestAllPages(path, { signal });
  const series = quotes.map((quote) => {
    const rows = data.filter((row) => row.quote === quote);
    return weekly
      ? readWeeks(quote, /** @type {Bucket[]} */ (rows), to)
      : readRates(quote, /** @type {Rate[]} */ (rows));
  });
  return { series, weekly, query, side: weekly ? SIDES[0] : getSide() };
}

/** @param {string} quote @param {Rate[]} rows @returns {Series} */
function readRates(quote, rows) {
  /** @type {Map<string, Point>} */
  const points = new Map();
  const side = getSide();
  for (const { [side]: text, rate_date, suspect, source } of rows)
    if (text !== null) points.set(rate_date, { text, suspect, simulated: isSimulated(source) });
  const samples = [...points].map(([date, { text }]) => ({ date, low: text, high: text, text }));
  const averages = samples.map(({ text }) => ({ value: text, weight: 1 }));
  return { quote, points, summary: summarize(samples, averages) };
}

/**
 * One point a week, on its last day: the last rates of two currencies may be of different days.
 * @param {string} quote
 * @param {Bucket[]} buckets
 * @param {string} until the last day of the range
 * @returns {Series}
 */
function readWeeks(quote, buckets, until) {
  const points = new Map(
    buckets.map(({ last, to, suspect, source }) => [
      to < until ? to : until,
      { text: last, suspect, simulated: isSimulated(source) },
    ]),
  );
  const samples = buckets.map(({ last_date, min, max, last }) => ({
    date: last_date,
    low: min,
    high: max,
    text: last,
  }));
  const averages = buckets.map(({ avg, count }) => ({ value: avg, weight: count }));
  return { quote, points, summary: summarize(samples, averages) };
}

/**
 * @param {{ date: string, low: string, high: string, text: string }[]} samples oldest first
 * @param {{ value: string, weight: number }[]} averages
 * @returns {Summary | null}
 */
function summarize(samples, averages) {
  const last = samples.at(-1);
  if (!last) return null;
  const places = Math.max(...samples.map(({ text }) => text.split('.')[1]?.length ?? 0));
  const pickLower = (/** @type {string} */ a, /** @type {string} */ b) =>
    compareDecimals(b, a) < 0 ? b : a;
  const pickHigher = (/** @type {string} */ a, /** @type {string} */ b) =>
    compareDecimals(b, a) > 0 ? b : a;
  return {
    average: averageDecimals(averages, places),
    closing: last.text,
    closingDate: last.date,
    high: samples.map(({ high }) => high).reduce(pickHigher),
    low: samples.map(({ low }) => low).reduce(pickLower),
    days: averages.reduce((days, { weight }) => days + weight, 0),
  };
}
