// @ts-check
import { getParam, onParamsChange, setParams } from '../data/params.js';
import { createChoice, h } from '../ui/dom.js';
import { createPanel } from '../ui/panel.js';
import { rateCards } from './rate-cards.js';

const BURST_MS = 150;
/** As many as the project's currencies: their places are kept until they are there. */
const CARDS = 7;
const AGES_MS = 60_000;

/**
 * The cards first: the rest of the view is only fetched when they are there.
 * @param {HTMLElement} place
 * @param {AbortSignal} signal
 */
export async function open(place, signal) {
  const way = createChoice(
    'Which way the rates are shown',
    [
      ['rate', 'for 1 USD'],
      ['inverse', 'in USD'],
    ],
    {
      value: () => getParam('show', 'rate'),
      pick: (show) => setParams({ show: show === 'rate' ? null : show }, { step: false }),
    },
  );
  const cards = createPanel({
    title: 'USD rates',
    signal,
    tools: [way.root],
    class: 'bare rate-cards',
    lines: CARDS,
  });
  const rest = h('div', { class: 'chart-and-converter' });
  place.append(h('h1', { class: 'unseen' }, 'Rates'), cards.root, rest);

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;
  let seen = showing();
  const refresh = () => cards.load(() => rateCards(signal));
  const ages = setInterval(refresh, AGES_MS);
  signal.addEventListener('abort', () => clearInterval(ages));
  onParamsChange(() => {
    if (seen === showing()) return;
    seen = showing();
    way.follow();
    void refresh();
  }, signal);
  await refresh();
  // Before the rest, which may not come: the cards must hear of new rates all the same.
  const { getLiveEvents, onRate } = await import('../data/event-stream.js');
  if (signal.aborted) return;
  // The rates of one pull come one by one, within moments.
  onRate(() => {
    clearTimeout(soon);
    soon = setTimeout(refresh, BURST_MS);
  }, signal);
  // Where the cards were slow to come, rates may have landed after they were asked for.
  if (getLiveEvents().connected) void refresh();
  const [{ rateChart }, { converter }] = await Promise.all([
    import('./rate-chart.js'),
    import('./converter.js'),
  ]);
  if (!signal.aborted) rest.append(rateChart(signal).root, converter(signal));
}

const showing = () => getParam('show', 'rate');
