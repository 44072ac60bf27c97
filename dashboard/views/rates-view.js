// @ts-check
import { getLiveEvents, onConnectionChange, onRate, reportRate } from '../data/event-stream.js';
import { ANY, DAY, onParams } from '../data/params.js';
import { RANGES, SIDES } from '../data/rate-range.js';
import { debounce, takeTurn, waitForView } from '../data/schedule.js';
import { anySignal } from '../data/signals.js';
import { h } from '../ui/dom.js';
import { createChoice } from '../ui/filter.js';
import { createPanel } from '../ui/panel.js';
import { createConverter } from './converter.js';
import { createQualityChart } from './quality-chart.js';
import { hasNewRates, renderRateCards } from './rate-cards.js';
import { createRateChart } from './rate-chart.js';

/** Of the URL. */
const PARAMS = { range: RANGES, from: DAY, to: DAY, quotes: ANY, show: SIDES };

export const RATES_VIEW = { title: 'Rates', open, PARAMS };
/** The rates of one run arrive one by one. */
const BURST_MS = 150;
/** Room reserved for the project's seven currencies. */
const CARDS = 7;
const AGE_REFRESH_MS = 60_000;

/**
 * Shows the cards first; everything else loads after them.
 * @param {HTMLElement} place
 * @param {AbortSignal} signal
 */
async function open(place, signal) {
  const side = createChoice('show', 'Direction of the rates', [
    ['rate', 'for 1 USD'],
    ['inverse', 'in USD'],
  ]);
  const cards = createPanel({
    title: 'USD rates',
    signal,
    tools: [side.root],
    class: 'bare rate-cards',
    lines: CARDS,
  });
  const rest = h('div.chart-and-converter');
  place.append(h('h1.unseen', 'Rates'), cards.root, rest);

  const refresh = () => cards.load(() => renderRateCards(signal));
  const timer = setInterval(refresh, AGE_REFRESH_MS);
  signal.addEventListener('abort', () => clearInterval(timer));
  const follow = () => {
    side.follow();
    void refresh();
  };
  onParams(['show'], follow, signal);
  followRates(refresh, signal);
  await refresh();
  void showRest(place, rest, signal);
}

/** @param {HTMLElement} place @param {HTMLElement} rest @param {AbortSignal} signal */
async function showRest(place, rest, signal) {
  await waitForView(rest, signal);
  for (const [parent, create] of /** @type {const} */ ([
    [rest, createRateChart],
    [rest, createConverter],
    [place, createQualityChart],
  ])) {
    await takeTurn();
    if (!signal.aborted) parent.append(create(signal));
  }
}

/** @param {() => Promise<void>} refresh @param {AbortSignal} signal */
function followRates(refresh, signal) {
  onRate(debounce(refresh, BURST_MS), signal, { firstConnection: false });
  if (getLiveEvents().connected) return;
  const waiting = new AbortController();
  const catchUp = async () => {
    waiting.abort();
    // Stored after the cards were requested and before the stream was open.
    const isBehind = await hasNewRates(signal).catch(() => true);
    if (isBehind && !signal.aborted) reportRate();
  };
  onConnectionChange(catchUp, anySignal([signal, waiting.signal]));
}
