// @ts-check

import { colourOf } from '../charts/series.js';
import { asked } from '../data/address.js';
import { read } from '../data/ask.js';
import { percentChange } from '../data/decimal.js';
import { firstRates } from '../data/first-rates.js';
import { element } from '../ui/element.js';
import { rateFigure } from '../ui/figure.js';
import { plusDays, roughly, today } from '../ui/moment.js';
import { nothing } from '../ui/panel.js';

/** @typedef {import('../data/answers.d.ts').Rate} Rate */

const SPARK_DAYS = 30;
/** @type {Map<string, string> | undefined} */
let names;
/** What is known of the days before, so that a new rate does not empty the cards. @type {Rate[]} */
let past = [];
/** Draws them; fetched along with them. @type {typeof import('../charts/sparkline.js').sparkline} */
let sparkline;

/** A card for each currency. The rates are there first; the days before them follow. @param {AbortSignal} signal */
export async function rateCards(signal) {
  /** @type {import('../data/answers.d.ts').Rates} */
  const { data, meta } = (await firstRates()) ?? (await read('/v2/rates/latest', { signal }));
  if (data.length === 0)
    return [
      nothing(
        'No rates yet.',
        'They appear here by themselves as soon as the first pull has landed.',
      ),
    ];
  const cards = data.map(card);
  const missing = (meta.missing_quotes ?? []).map((quote) =>
    element(
      'li',
      { class: 'card' },
      element('h3', {}, quote),
      element('p', { class: 'muted' }, 'No rate yet'),
    ),
  );
  if (past.length > 0) decorate(cards, data);
  void addPast(cards, data, signal);
  return [
    element(
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
  const shown = asked('show', 'rate') === 'rate' ? rate.rate : rate.inverse;
  const name = element('span', { class: 'muted card-name' }, names?.get(quote) ?? '');
  const change = element('p', { class: 'change' }, ' ');
  const spark = element('div', { class: `spark series-${colourOf(quote)}` });
  const root = element(
    'li',
    { class: 'card', 'data-quote': quote },
    element('div', { class: 'card-head' }, element('h3', {}, quote), name),
    element('p', { class: 'rate' }, rateFigure(shown ?? '–')),
    change,
    spark,
    element(
      'p',
      { class: 'card-foot muted' },
      element('span', { title: 'UTC day that the rate is of' }, rate_date),
      element('span', { title: 'since XE observed it' }, roughly(observed_at)),
    ),
    (stale || suspect || source === 'simulator') &&
      element(
        'p',
        { class: 'row marks' },
        stale && element('span', { class: 'mark wrong' }, 'stale'),
        suspect &&
          element(
            'span',
            { class: 'mark wrong', title: 'More than 20 % off the day before' },
            'suspect',
          ),
        source === 'simulator' && element('span', { class: 'mark dull' }, 'simulated'),
      ),
  );
  return { root, name, change, spark };
}

/** @param {ReturnType<typeof card>[]} cards @param {Rate[]} newest @param {AbortSignal} signal */
async function addPast(cards, newest, signal) {
  try {
    const [{ data }, currencies, drawn] = await Promise.all([
      read(`/v2/rates?from=${plusDays(today(), -SPARK_DAYS)}`, { signal }),
      names ? null : read('/v2/currencies', { signal }),
      import('../charts/sparkline.js'),
    ]);
    ({ sparkline } = drawn);
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
      sparkline(own, asked('show', 'rate') === 'rate' ? 'rate' : 'inverse', SPARK_DAYS),
    );
  }
}

/** @param {Rate} rate @param {Rate[]} past @returns {(Node | string)[]} */
function changed({ rate_date, ...rate }, past) {
  const before = past.filter((earlier) => earlier.rate_date < rate_date).at(-1);
  const side = asked('show', 'rate') === 'rate' ? 'rate' : 'inverse';
  const [now, then] = [rate[side], before?.[side]];
  const change = now && then ? percentChange(now, then) : null;
  if (!before || change === null) return [element('span', { class: 'muted' }, 'no day before')];
  const way = change.startsWith('-') ? 'down' : /[1-9]/.test(change) ? 'up' : 'flat';
  const sign = { down: '▼', up: '▲', flat: '■' }[way];
  return [
    element(
      'span',
      { class: `move ${way}` },
      element('span', { 'aria-hidden': 'true' }, sign),
      ` ${change.replace('-', '−')} %`,
    ),
    element(
      'span',
      { class: 'muted' },
      before.rate_date === plusDays(rate_date, -1) ? ' in a day' : ` since ${before.rate_date}`,
    ),
  ];
}
