// @ts-check
import { paintSeries } from '../charts/series.js';
import { createSparkline } from '../charts/sparkline.js';
import { requestJson } from '../data/api.js';
import { loadCurrencies } from '../data/currencies.js';
import { computePercentChange } from '../data/decimal.js';
import { getSide } from '../data/rate-range.js';
import { isSimulated } from '../data/status.js';
import { countColumns, createMark, h } from '../ui/dom.js';
import { renderRate } from '../ui/numbers.js';
import { createEmptyState } from '../ui/panel.js';
import { addDays, formatShortAge, getToday } from '../ui/time.js';

/** @typedef {import('../data/types.d.ts').Schemas['Rate']} Rate */
/** @typedef {ReturnType<typeof createCard>} Card */

const SPARK_DAYS = 30;
const SIGNS = { down: '▼', up: '▲', flat: '■' };
/** Custom properties of the style, for wide and narrower windows. */
const MAX_COLUMNS = { '--columns': 7, '--narrow-columns': 4 };
export const DIVERGES = 'Another source of the day is far off: see /v2/quality';
export const SUSPECT = 'More than 20 % off the last known rate of the seven days before';

/** @type {Map<string, string> | undefined} */
let names;
/** Earlier rates, kept so that a new rate does not empty the cards. @type {Rate[]} */
let history = [];
/** The newest rates as shown, and those that `history` goes with. */
let shown = '';
let decorated = '';

/**
 * @param {AbortSignal} signal
 * @returns {Promise<import('../data/types.d.ts').Schemas['RatesAnswer']>}
 */
const requestLatest = (signal) => requestJson('/v2/rates/latest', { signal });

/** Whether there are newer rates than those on the cards. @param {AbortSignal} signal */
export const hasNewRates = async (signal) =>
  JSON.stringify((await requestLatest(signal)).data) !== shown;

/** One card per currency. Changes, names and sparklines follow. @param {AbortSignal} signal */
export async function renderRateCards(signal) {
  const { data, meta } = await requestLatest(signal);
  shown = JSON.stringify(data);
  if (data.length === 0)
    return [createEmptyState('No rates yet.', 'They appear after the first run.')];
  const side = getSide();
  const cards = data.map((rate) => createCard(rate, side));
  const missing = (meta.missing_quotes ?? []).map((quote) =>
    h('li.card', h('h3', quote), h('p.muted', 'No rate yet')),
  );
  decorate(cards, data);
  if (shown !== decorated) void loadDecoration(cards, data, signal);
  const all = [...cards.map(({ root }) => root), ...missing];
  const list = h('ul.cards', all);
  for (const [property, most] of Object.entries(MAX_COLUMNS))
    list.style.setProperty(property, String(countColumns(all.length, most)));
  return [list];
}

/** @param {Rate} rate @param {'rate' | 'inverse'} side */
function createCard(rate, side) {
  const { quote, rate_date, observed_at, stale, suspect, diverges, source } = rate;
  const name = h('span.muted.card-name', names?.get(quote) ?? '');
  const change = h('p.change', ' ');
  const spark = paintSeries(h('div.spark'), quote);
  const marks = [
    stale && createMark('wrong', 'stale', 'Older than the last slot'),
    suspect && createMark('wrong', 'suspect', SUSPECT),
    diverges && createMark('wrong', 'diverges', DIVERGES),
    isSimulated(source) && createMark('dull', 'simulated'),
  ].filter(Boolean);
  const root = h(
    'li.card',
    { 'data-quote': quote },
    h('div.card-head', h('h3', quote), name),
    h('p.rate', renderRate(rate[side] ?? '–')),
    change,
    spark,
    h(
      'p.card-foot.muted',
      h('span', { title: 'UTC day of the rate' }, rate_date),
      h('span', { title: 'Since it was observed' }, formatShortAge(observed_at)),
    ),
    marks.length > 0 && h('p.row.marks', marks),
  );
  return { root, name, change, spark };
}

/** @param {Card[]} cards @param {readonly Rate[]} newest @param {AbortSignal} signal */
async function loadDecoration(cards, newest, signal) {
  const from = addDays(getToday(), -SPARK_DAYS);
  try {
    const [rates, currencies] = await Promise.all([
      requestJson(`/v2/rates?from=${from}`, { signal }),
      loadCurrencies(),
    ]);
    names = new Map(currencies.data.map(({ code, name }) => [code, name]));
    history = rates.data;
    decorate(cards, newest);
    decorated = JSON.stringify(newest);
  } catch {
    // The rates themselves are shown; the next refresh requests this again.
  }
}

/** @param {Card[]} cards @param {readonly Rate[]} newest */
function decorate(cards, newest) {
  if (history.length === 0) return;
  const side = getSide();
  for (const [at, rate] of newest.entries()) {
    const card = cards[at];
    if (!card) continue;
    // The history may be older than the newest rate.
    const rates = [
      ...history.filter(
        ({ quote, rate_date }) => quote === rate.quote && rate_date < rate.rate_date,
      ),
      rate,
    ];
    card.name.textContent = names?.get(rate.quote) ?? '';
    card.change.replaceChildren(...describeChange(rates, side));
    card.spark.replaceChildren(createSparkline(rates, side, SPARK_DAYS));
  }
}

/**
 * The change from the rate before to the newest one.
 * @param {readonly Rate[]} rates of one currency, oldest first
 * @param {'rate' | 'inverse'} side
 * @returns {(Node | string)[]}
 */
function describeChange(rates, side) {
  const [before, newest] = [rates.at(-2), rates.at(-1)];
  const [then, now] = [before?.[side], newest?.[side]];
  const change = now && then ? computePercentChange(now, then) : null;
  if (!before || !newest || change === null) return [h('span.muted', 'no earlier rate')];
  const way = change.startsWith('-') ? 'down' : /[1-9]/.test(change) ? 'up' : 'flat';
  const isNextDay = before.rate_date === addDays(newest.rate_date, -1);
  return [
    h(
      'span',
      { class: `move ${way}` },
      h('span', { 'aria-hidden': 'true' }, SIGNS[way]),
      ` ${change.replace('-', '−')} %`,
    ),
    h('span.muted', isNextDay ? ' in a day' : ` since ${before.rate_date}`),
  ];
}
