import type { RateObserved } from '../events/rate-observed.ts';

/**
 * The winner of each pair and UTC day among `rates`: a real rate before a simulated one, then the newest by observed_at, fetched_at
 * and event_id. Needed before an upsert, since Postgres refuses to touch a row twice in one statement; the order is the same as the
 * statement's own.
 */
export function newestPerDay(rates: readonly RateObserved[]): RateObserved[] {
  const winners = new Map<string, RateObserved>();
  for (const rate of rates) {
    const day = rate.base_currency + rate.quote_currency + rate.observed_at.slice(0, 10);
    const best = winners.get(day);
    if (!best || isAbove(rate, best)) winners.set(day, rate);
  }
  return [...winners.values()];
}

/** Instants are ISO 8601 of one length and event ids lower case, so text sorts as they do. */
function isAbove(a: RateObserved, b: RateObserved): boolean {
  if (a.source !== b.source) return a.source === 'xe';
  if (a.observed_at !== b.observed_at) return a.observed_at > b.observed_at;
  return a.fetched_at !== b.fetched_at ? a.fetched_at > b.fetched_at : a.event_id > b.event_id;
}
