// @ts-check
import { getParam, onParamsChange, setParams } from '../data/params.js';
import { createChoice, h } from '../ui/dom.js';
import { createPanel } from '../ui/panel.js';
import { renderRateCards } from './rate-cards.js';

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
export async function open(place, signal) {
  const side = createSideChoice();
  const cards = createPanel({
    title: 'USD rates',
    signal,
    tools: [side.root],
    class: 'bare rate-cards',
    lines: CARDS,
  });
  const rest = h('div', { class: 'chart-and-converter' });
  place.append(h('h1', { class: 'unseen' }, 'Rates'), cards.root, rest);

  const refresh = () => cards.load(() => renderRateCards(signal));
  const timer = setInterval(refresh, AGE_REFRESH_MS);
  signal.addEventListener('abort', () => clearInterval(timer));
  let shown = getParam('show');
  onParamsChange(() => {
    if (shown === getParam('show')) return;
    shown = getParam('show');
    side.follow();
    void refresh();
  }, signal);
  await refresh();
  await followRates(refresh, signal);
  const [{ createRateChart }, { createConverter }] = await Promise.all([
    import('./rate-chart.js'),
    import('./converter.js'),
  ]);
  if (!signal.aborted) rest.append(createRateChart(signal), createConverter(signal));
}

const createSideChoice = () =>
  createChoice(
    'Direction of the rates',
    [
      ['rate', 'for 1 USD'],
      ['inverse', 'in USD'],
    ],
    {
      value: () => getParam('show', 'rate'),
      pick: (show) => setParams({ show: show === 'rate' ? null : show }, { step: false }),
    },
  );

/** @param {() => Promise<void>} refresh @param {AbortSignal} signal */
async function followRates(refresh, signal) {
  const { getLiveEvents, onRate } = await import('../data/event-stream.js');
  if (signal.aborted) return;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  onRate(() => {
    clearTimeout(timer);
    timer = setTimeout(refresh, BURST_MS);
  }, signal);
  // Rates may have arrived since the cards were requested.
  if (getLiveEvents().connected) void refresh();
}
