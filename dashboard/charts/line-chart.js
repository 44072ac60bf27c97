// @ts-check
import { createNotice, h, render } from '../ui/dom.js';
import { groupThousands } from '../ui/numbers.js';
import { getHue, paintSeries } from './series.js';

/**
 * @typedef {object} Line
 * @property {string} label
 * @property {readonly (number | null)[]} values positions on the screen; null is a gap
 * @property {readonly string[]} texts the exact values, for the readout
 */
/** @typedef {{ days: readonly string[], lines: readonly Line[] }} Data */
/** @typedef {Data & { describes: string, class?: string }} Chart */
/** @typedef {(at?: number | null) => void} ShowReadout */

const darkMode = matchMedia('(prefers-color-scheme: dark)');

/**
 * Lines over days. The pointer or the arrow keys move along the days; the values are read out.
 * @param {Chart} chart
 * @param {AbortSignal} signal
 */
export function createLineChart({ days, lines, describes, class: kind = '' }, signal) {
  const readout = h('div.readout', { 'aria-live': 'polite' });
  const frame = h('div.chart-frame');
  const host = h(
    'div',
    {
      class: `chart ${kind}`,
      tabindex: '0',
      role: 'img',
      'aria-label': `${describes} The arrow keys move along the days.`,
      // Keeps the focus when a new rate redraws the chart.
      'data-key': `chart ${kind}`,
    },
    frame,
  );
  const last = days.findLastIndex((_, at) => lines.some(({ values }) => isPresent(values[at])));
  /** @type {ShowReadout} */
  const showReadout = (at) => render(readout, ...createReadout(days, lines, at ?? last));
  showReadout();
  // Half of the page's code: the first rates do not wait for it.
  import('uplot').then(
    ({ default: uPlot }) =>
      !signal.aborted && plot(uPlot, { days, lines, host, frame, showReadout, last }, signal),
    () => render(frame, createNotice('wrong', 'The chart failed to load; its table is below.')),
  );
  return h('div.chart-block', readout, host);
}

/** @param {number | null | undefined} value */
const isPresent = (value) => value !== null && value !== undefined;

/**
 * @param {typeof import('uplot')} uPlot
 * @param {Data & {
 *   host: HTMLElement, frame: HTMLElement, showReadout: ShowReadout, last: number }} parts
 * @param {AbortSignal} signal
 */
function plot(uPlot, { days, lines, host, frame, showReadout, last }, signal) {
  const seconds = days.map((day) => Date.parse(day) / 1000);
  /** @type {import('uplot').AlignedData} */
  const data = [seconds, ...lines.map(({ values }) => [...values])];
  /** @type {import('uplot') | undefined} */
  let uplot;
  const build = () => {
    const at = uplot?.cursor.idx;
    uplot?.destroy();
    const options = createOptions(host, lines, showReadout);
    uplot = new uPlot(options, data, frame);
    if (at !== null && at !== undefined) moveTo(at);
  };
  /** @param {number} at */
  const moveTo = (at) =>
    uplot?.setCursor({
      left: uplot.valToPos(seconds[at] ?? 0, 'x'),
      top: uplot.bbox.height / 2 / devicePixelRatio,
    });
  host.addEventListener('keydown', (event) => {
    const to = MOVES[event.key]?.(uplot?.cursor.idx ?? last, days.length - 1);
    if (to === undefined) return;
    event.preventDefault();
    moveTo(Math.min(days.length - 1, Math.max(0, to)));
  });
  // Sizes and colours can only be read once the chart is in the document.
  const observer = new ResizeObserver(() => (uplot ? uplot.setSize(sizeOf(host)) : build()));
  observer.observe(host);
  darkMode.addEventListener('change', () => uplot && build(), { signal });
  signal.addEventListener('abort', () => {
    observer.disconnect();
    uplot?.destroy();
  });
}

/** @type {Record<string, (at: number, last: number) => number>} */
const MOVES = {
  ArrowLeft: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  PageUp: (at) => at - 30,
  PageDown: (at) => at + 30,
  Home: () => 0,
  End: (_, last) => last,
};

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** @param {HTMLElement} host */
const sizeOf = (host) => ({ width: host.clientWidth, height: host.clientHeight });

/**
 * @param {HTMLElement} host
 * @param {readonly Line[]} lines
 * @param {ShowReadout} showReadout
 * @returns {import('uplot').Options}
 */
function createOptions(host, lines, showReadout) {
  const styles = getComputedStyle(host);
  const readColour = (/** @type {string} */ name) => styles.getPropertyValue(name).trim();
  // uPlot scales only whole pixels to the density of the screen.
  const fontSize = Math.round(Number.parseFloat(styles.fontSize));
  const axis = {
    stroke: readColour('--muted'),
    font: `${fontSize}px ${styles.fontFamily}`,
    grid: { stroke: readColour('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    ...sizeOf(host),
    tzDate: (seconds) => toShiftedDate(seconds),
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: { x: { time: true } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: fontSize * 6,
        size: fontSize * 2.4,
        values: (_, splits, __, ___, step) => splits.map((at) => formatDate(at, step)),
      },
      {
        ...axis,
        size: fontSize * 5.2,
        values: (_, splits) =>
          splits.map((at) => groupThousands(String(Number(at.toPrecision(6))))),
      },
    ],
    series: [{}, ...lines.map((line) => createSeries(line, readColour))],
    hooks: { setCursor: [({ cursor }) => showReadout(cursor.idx)] },
  };
}

/** @param {Line} line @param {(name: string) => string} readColour */
function createSeries({ label, values }, readColour) {
  const stroke = `hsl(${getHue(label)} ${readColour('--series-tone')})`;
  // A day between two gaps has no line to show it.
  const filter = () => listIsolated(values);
  return { label, stroke, width: 2, points: { show: true, size: 5, fill: stroke, filter } };
}

/** @param {readonly (number | null)[]} values */
const listIsolated = (values) =>
  values.flatMap((value, at) =>
    isPresent(value) && !isPresent(values[at - 1]) && !isPresent(values[at + 1]) ? [at] : [],
  );

/** A date whose local parts equal those in UTC: uPlot reads local parts. @param {number} seconds */
function toShiftedDate(seconds) {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() + date.getTimezoneOffset() * 60_000);
}

/** @param {number} seconds @param {number} step between two labels, in seconds */
function formatDate(seconds, step) {
  const date = new Date(seconds * 1000);
  // Intl takes milliseconds for each label.
  const month = MONTHS[date.getUTCMonth()];
  const year = String(date.getUTCFullYear()).slice(2);
  return step < 25 * 86_400 ? `${date.getUTCDate()} ${month}` : `${month} ${year}`;
}

/** @param {readonly string[]} days @param {readonly Line[]} lines @param {number} at */
function createReadout(days, lines, at) {
  return [
    h('span.readout-day', days[at] ?? ''),
    ...lines.map(({ label, texts }) => {
      const swatch = h('span.swatch', { 'aria-hidden': 'true' });
      const value = h('strong', texts[at] ?? '–');
      return paintSeries(h('span.readout-value', swatch, `${label} `, value), label);
    }),
  ];
}
