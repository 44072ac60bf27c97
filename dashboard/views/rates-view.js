// @ts-check
import { asked, go, onAddress } from '../data/address.js';
import { choice, element } from '../ui/element.js';
import { panel } from '../ui/panel.js';
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
  const way = choice(
    'Which way the rates are shown',
    [
      ['rate', 'for 1 USD'],
      ['inverse', 'in USD'],
    ],
    {
      value: () => asked('show', 'rate'),
      pick: (show) => go({ show: show === 'rate' ? null : show }, { step: false }),
    },
  );
  const cards = panel({
    title: 'USD rates',
    signal,
    tools: [way.root],
    class: 'bare rate-cards',
    lines: CARDS,
  });
  const rest = element('div', { class: 'chart-and-converter' });
  place.append(element('h1', { class: 'unseen' }, 'Rates'), cards.root, rest);

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;
  let seen = showing();
  const refresh = () => cards.load(() => rateCards(signal));
  const ages = setInterval(refresh, AGES_MS);
  signal.addEventListener('abort', () => clearInterval(ages));
  onAddress(() => {
    if (seen === showing()) return;
    seen = showing();
    way.follow();
    void refresh();
  }, signal);
  await refresh();
  // Before the rest, which may not come: the cards must hear of new rates all the same.
  const { live, onRate } = await import('../data/live.js');
  if (signal.aborted) return;
  // The rates of one pull come one by one, within moments.
  onRate(() => {
    clearTimeout(soon);
    soon = setTimeout(refresh, BURST_MS);
  }, signal);
  // Where the cards were slow to come, rates may have landed after they were asked for.
  if (live().connected) void refresh();
  const [{ rateChart }, { converter }] = await Promise.all([
    import('./rate-chart.js'),
    import('./converter.js'),
  ]);
  if (!signal.aborted) rest.append(rateChart(signal).root, converter(signal));
}

const showing = () => asked('show', 'rate');
