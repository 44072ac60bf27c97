import { cloudEventHeaders, eventId, keyOf, type RateObserved } from '../events/rate-observed.ts';
import { encodeRate } from '../events/wire-format.ts';
import type { Run } from '../ledger/run.ts';
import { type Days, readXeAnswer } from './xe-answer.ts';

/** The past days that a run is for; null for the rates of now. */
export function daysOf({ first_day, last_day }: Run): Days | null {
  return first_day && last_day ? { first: first_day, last: last_day } : null;
}

/** The events of a kept answer: the same ones however often they are derived, so publishing again doubles nothing. */
export function eventsOf(run: Run): RateObserved[] {
  if (run.response_body === null || run.answered_by === null || run.fetched_at === null)
    throw new Error(`run ${run.run_id} has no answer`);
  const fetched_at = new Date(run.fetched_at).toISOString();
  const source = run.answered_by;
  const { quotes } = readXeAnswer(run.response_body, {
    currencies: run.currencies,
    now: run.fetched_at,
    days: daysOf(run),
  });
  return quotes.map((quote) => ({
    event_id: eventIdOf(run, quote),
    run_id: run.run_id,
    source,
    base_currency: 'USD',
    quote_currency: quote.currency,
    mid: quote.mid,
    observed_at: quote.observedAt,
    fetched_at,
  }));
}

/** The id of the event that a quote of a run becomes. */
export function eventIdOf(
  { run_id }: Run,
  { currency, observedAt }: { currency: string; observedAt: string },
): string {
  return eventId({
    run_id,
    base_currency: 'USD',
    quote_currency: currency,
    observed_at: observedAt,
  });
}

/** An event as it goes on the stream; `id` is the schema's. */
export function recordOf(rate: RateObserved, id: number) {
  return { key: keyOf(rate), value: encodeRate(rate, id), headers: cloudEventHeaders(rate) };
}
