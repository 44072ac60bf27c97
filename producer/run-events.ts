import { cloudEventHeaders, eventId, keyOf, type RateObserved } from '../events/rate-observed.ts';
import { encodeRate } from '../events/wire-format.ts';
import type { Run } from '../ledger/run.ts';
import type { Days, Provider, Quote, RatesResponse } from './providers/port.ts';

/** The past days that a run is for; null for current rates. */
export function daysOf({ first_day, last_day }: Run): Days | null {
  return first_day && last_day ? { first: first_day, last: last_day } : null;
}

/** Parses the stored response of a run whose holder has died. */
export function parseStored({ provider }: { provider: Provider }, run: Run): RatesResponse {
  if (run.response_body === null) throw new Error(`run ${run.run_id} has no response`);
  return provider.parse(run.response_body, {
    currencies: run.currencies,
    now: run.fetched_at ?? run.asked_at,
    days: daysOf(run),
  });
}

/**
 * The events of a run's quotes. Deterministic: publishing again sends the same events, which are
 * stored once.
 */
export function eventsOf(run: Run, quotes: readonly Quote[]): RateObserved[] {
  const { run_id, answered_by } = run;
  if (answered_by === null) throw new Error(`run ${run_id} has no response`);
  const fetched_at = new Date(run.fetched_at ?? run.asked_at).toISOString();
  return quotes.map(({ currency: quote_currency, mid, observedAt: observed_at }) => {
    const pair = { run_id, base_currency: 'USD', quote_currency, observed_at };
    return { event_id: eventId(pair), ...pair, source: answered_by, mid, fetched_at };
  });
}

/** An event as it goes on the stream. */
export function recordOf(rate: RateObserved, schemaId: number) {
  return {
    key: keyOf(rate),
    value: encodeRate(rate, schemaId),
    headers: cloudEventHeaders(rate),
  };
}
