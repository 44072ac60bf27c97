// @ts-check

import { getSeriesColour } from '../charts/series.js';
import { requestJson } from '../data/api.js';
import { computePercentChange } from '../data/decimal.js';
import { takeFirstRates } from '../data/first-rates.js';
import { getParam } from '../data/params.js';
import { h } from '../ui/dom.js';
import { renderRate } from '../ui/figures.js';
import { createEmptyState } from '../ui/panel.js';
import { addDays, formatShortAge, getToday } from '../ui/time.js';

/** @typedef {import('../data/answers.d.ts').Rate} Rate */

const SPARK_DAYS = 30;
/** @type {Map<string, string> | undefined} */
let names;
/** What is known of the days before, so that a new rate does not empty the cards. @type {Rate[]} */
let past = [];
/** Draws them; fetched along with them. @type {typeof import('../charts/sparkline.js').createSparkline} */
let sparkline;

/** A card for each currency. The rates are there first; the days before them follow. @param {AbortSignal} signal */
export async function rateCards(signal) {
  /** @type {import('../data/answers.d.ts').Rates} */
  const { data, meta } =
    (await takeFirstRates()) ?? (await requestJson('/v2/rates/latest', { signal }));
  if (data.length === 0)
    return [
      createEmptyState(
        'No rates yet.',
        'They appear here by themselves as soon as the first pull has landed.',
      ),
    ];
  const cards = data.map(card);
  const missing = (meta.missing_quotes ?? []).map((quote) =>
    h('li', { class: 'card' }, h('h3', {}, quote), h('p', { class: 'muted' }, 'No rate yet')),
  );
  if (past.length > 0) decorate(cards, data);
  void addPast(cards, data, signal);
  return [
    h(
      'ul',
      { class: 'cards' },
      cards.map(({ root }) => root),
      missing,
    ),
  ];
}

/** @param {Rate} rate */
function card(rate) {
  const { quote, rate_date, observed_at, stale, suspect, source } = rate;
  const shown = getParam('show', 'rate') === 'rate' ? rate.rate : rate.inverse;
  const name = h('span', { class: 'muted card-name' }, names?.get(quote) ?? '');
  const change = h('p', { class: 'change' }, ' ');
  const spark = h('div', { class: `spark series-${getSeriesColour(quote)}` });
  const root = h(
    'li',
    { class: 'card', 'data-quote': quote },
    h('div', { class: 'card-head' }, h('h3', {}, quote), name),
    h('p', { class: 'rate' }, renderRate(shown ?? '–')),
    change,
    spark,
    h(
      'p',
      { class: 'card-foot muted' },
      h('span', { title: 'UTC day that the rate is of' }, rate_date),
      h('span', { title: 'since XE observed it' }, formatShortAge(observed_at)),
    ),
    (stale || suspect || source === 'simulator') &&
      h(
        'p',
        { class: 'row marks' },
        stale && h('span', { class: 'mark wrong' }, 'stale'),
        suspect &&
          h('span', { class: 'mark wrong', title: 'More than 20 % off the day before' }, 'suspect'),
        source === 'simulator' && h('span', { class: 'mark dull' }, 'simulated'),
      ),
  );
  return { root, name, change, spark };
}

/** @param {ReturnType<typeof card>[]} cards @param {Rate[]} newest @param {AbortSignal} signal */
async function addPast(cards, newest, signal) {
  try {
    const [{ data }, currencies, drawn] = await Promise.all([
      requestJson(`/v2/rates?from=${addDays(getToday(), -SPARK_DAYS)}`, { signal }),
      names ? null : requestJson('/v2/currencies', { signal }),
      import('../charts/sparkline.js'),
    ]);
    ({ createSparkline: sparkline } = drawn);
    names ??= new Map(
      currencies.data.map((/** @type {{ code: string, name: string }} */ { code, name }) => [
        code,
        name,
      ]),
    );
    past = data;
    decorate(cards, newest);
  } catch {
    // The rates themselves are on the screen; what decorates them comes with the next look.
  }
}

/** @param {ReturnType<typeof card>[]} cards @param {Rate[]} newest */
function decorate(cards, newest) {
  for (const [at, rate] of newest.entries()) {
    // The newest is the card's own: what is known of the days before may be older than it.
    const own = [
      ...past.filter(({ quote, rate_date }) => quote === rate.quote && rate_date < rate.rate_date),
      rate,
    ];
    const card = cards[at];
    if (!card) continue;
    card.name.textContent = names?.get(rate.quote) ?? '';
    card.change.replaceChildren(...changed(rate, own));
    card.spark.replaceChildren(
      sparkline(own, getParam('show', 'rate') === 'rate' ? 'rate' : 'inverse', SPARK_DAYS),
    );
  }
}

/** @param {Rate} rate @param {Rate[]} past @returns {(Node | string)[]} */
function changed({ rate_date, ...rate }, past) {
  const before = past.filter((earlier) => earlier.rate_date < rate_date).at(-1);
  const side = getParam('show', 'rate') === 'rate' ? 'rate' : 'inverse';
  const [now, then] = [rate[side], before?.[side]];
  const change = now && then ? computePercentChange(now, then) : null;
  if (!before || change === null) return [h('span', { class: 'muted' }, 'no day before')];
  const way = change.startsWith('-') ? 'down' : /[1-9]/.test(change) ? 'up' : 'flat';
  const sign = { down: '▼', up: '▲', flat: '■' }[way];
  return [
    h(
      'span',
      { class: `move ${way}` },
      h('span', { 'aria-hidden': 'true' }, sign),
      ` ${change.replace('-', '−')} %`,
    ),
    h(
      'span',
      { class: 'muted' },
      before.rate_date === addDays(rate_date, -1) ? ' in a day' : ` since ${before.rate_date}`,
    ),
  ];
}
