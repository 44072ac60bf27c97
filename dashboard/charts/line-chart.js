// @ts-check
import { h, render } from '../ui/dom.js';

/**
 * @typedef {{ label: string, colour: number, values: readonly (number | null)[], texts: readonly string[] }} Line
 * values: for their place on the screen; texts: what is read, digit for digit
 * @typedef {{ days: readonly string[], lines: readonly Line[], describes: string, class?: string }} Drawn
 */

/** @type {Promise<void> | undefined} */
let library;

/** The library comes when the first chart does. It is a plain script that leaves one name behind. */
function loaded() {
  library ??= new Promise((resolve, reject) => {
    const styles = h('link', { rel: 'stylesheet', href: '/vendor/uPlot.min.css' });
    const script = h('script', {
      src: '/vendor/uPlot.iife.min.js',
      load: () => resolve(),
      error: () => {
        library = undefined;
        script.remove();
        reject(new Error('The chart could not be loaded; the data table is below.'));
      },
    });
    document.head.append(styles, script);
  });
  return library;
}

const dark = matchMedia('(prefers-color-scheme: dark)');

/**
 * Lines over days. Days without a value are gaps. The pointer or the arrow keys move along the days, and the values are read out above.
 * @param {Drawn} drawn
 * @param {AbortSignal} signal
 */
export function createLineChart({ days, lines, describes, class: kind = '' }, signal) {
  const readout = h('div', { class: 'readout', 'aria-live': 'polite' });
  const frame = h('div', { class: 'chart-frame' });
  const host = h(
    'div',
    {
      class: `chart ${kind}`,
      tabindex: '0',
      role: 'img',
      'aria-label': `${describes} The arrow keys move along the days.`,
      // Whoever is on it stays there when a new rate has it drawn again.
      'data-key': `chart ${kind}`,
    },
    frame,
  );
  const last = () =>
    days.findLastIndex((_, at) =>
      lines.some(({ values }) => values[at] !== null && values[at] !== undefined),
    );
  /** @param {number | null | undefined} at */
  const tell = (at) => render(readout, ...read(days, lines, at ?? last()));
  tell(null);
  void loaded().then(
    () => !signal.aborted && draw({ days, lines, host, frame, tell, last }, signal),
    (error) => render(frame, h('p', { class: 'notice wrong' }, error.message)),
  );
  return h('div', { class: 'chart-block' }, readout, host);
}

/**
 * @param {{ days: readonly string[], lines: readonly Line[], host: HTMLElement, frame: HTMLElement, tell: (at?: number | null) => void, last: () => number }} of
 * @param {AbortSignal} signal
 */
function draw({ days, lines, host, frame, tell, last }, signal) {
  const seconds = days.map((day) => Date.parse(day) / 1000);
  /** @type {import('uplot').AlignedData} */
  const data = [seconds, ...lines.map(({ values }) => [...values])];
  /** @type {import('uplot') | undefined} */
  let plot;
  const build = () => {
    const at = plot?.cursor.idx;
    plot?.destroy();
    plot = new /** @type {any} */ (globalThis).uPlot(options(host, lines, tell), data, frame);
    if (at !== null && at !== undefined) move(at);
  };
  /** @param {number} at */
  const move = (at) =>
    plot?.setCursor({
      left: plot.valToPos(seconds[at] ?? 0, 'x'),
      top: plot.bbox.height / 2 / devicePixelRatio,
    });
  host.addEventListener('keydown', (event) => {
    const to = MOVES[event.key]?.(plot?.cursor.idx ?? last(), days.length - 1);
    if (to === undefined) return;
    event.preventDefault();
    move(Math.min(days.length - 1, Math.max(0, to)));
  });
  // Nothing can be measured, nor a colour read, before the chart is on the page.
  const sizes = new ResizeObserver(() => (plot ? plot.setSize(sizeOf(host)) : build()));
  sizes.observe(host);
  dark.addEventListener('change', () => plot && build(), { signal });
  signal.addEventListener('abort', () => {
    sizes.disconnect();
    plot?.destroy();
  });
}

/** @type {Record<string, (at: number, most: number) => number>} */
const MOVES = {
  ArrowLeft: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  PageUp: (at) => at - 30,
  PageDown: (at) => at + 30,
  Home: () => 0,
  End: (_, most) => most,
};

/** @param {HTMLElement} host */
const sizeOf = (host) => ({ width: host.clientWidth, height: host.clientHeight });

/**
 * @param {HTMLElement} host
 * @param {readonly Line[]} lines
 * @param {(at?: number | null) => void} tell
 * @returns {import('uplot').Options}
 */
function options(host, lines, tell) {
  const styles = getComputedStyle(host);
  const colour = (/** @type {string} */ name) => styles.getPropertyValue(name).trim();
  // The library scales whole pixels alone to the screen's density: of 11.25 px it would leave the eleven as they are.
  const room = Math.round(Number.parseFloat(styles.fontSize));
  const font = `${room}px ${styles.fontFamily}`;
  const axis = {
    stroke: colour('--muted'),
    font,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    ...sizeOf(host),
    tzDate: (seconds) => inUtc(seconds),
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: { x: { time: true } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: room * 6,
        size: room * 2.4,
        values: (_, splits, __, ___, step) => splits.map((at) => dateLabel(at, step)),
      },
      {
        ...axis,
        size: room * 5.2,
        values: (_, splits) =>
          splits.map((at) => at.toLocaleString('en-GB', { maximumSignificantDigits: 6 })),
      },
    ],
    series: [
      {},
      ...lines.map(({ label, colour: at, values }) => ({
        label,
        stroke: colour(`--series-${at}`),
        width: 2,
        // A day between two gaps would else not be seen at all.
        points: {
          show: true,
          size: 5,
          fill: colour(`--series-${at}`),
          filter: () => alone(values),
        },
      })),
    ],
    hooks: { setCursor: [({ cursor }) => tell(cursor.idx)] },
  };
}

/** @param {readonly (number | null)[]} values */
const alone = (values) =>
  values.flatMap((value, at) =>
    value !== null && (values[at - 1] ?? null) === null && (values[at + 1] ?? null) === null
      ? [at]
      : [],
  );

/** A date whose local parts are those of UTC: the library reads days off it. @param {number} seconds */
function inUtc(seconds) {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() + date.getTimezoneOffset() * 60_000);
}

/** @param {number} seconds @param {number} step between two labels, in seconds */
function dateLabel(seconds, step) {
  const date = new Date(seconds * 1000);
  const day = date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
  return step < 25 * 86_400
    ? day
    : date.toLocaleDateString('en-GB', { month: 'short', year: '2-digit', timeZone: 'UTC' });
}

/** @param {readonly string[]} days @param {readonly Line[]} lines @param {number} at */
function read(days, lines, at) {
  return [
    h('span', { class: 'readout-day' }, days[at] ?? ''),
    ...lines.map(({ label, colour, texts }) =>
      h(
        'span',
        { class: `readout-value series-${colour}` },
        h('span', { class: 'swatch', 'aria-hidden': 'true' }),
        `${label} `,
        h('strong', {}, texts[at] ?? '–'),
      ),
    ),
  ];
}
