import { eventId, keyOf, type RateObserved } from '../../events/rate-observed.ts';
import { CURRENT_BUILT_IN_ID, encodeRate } from '../../events/wire-format.ts';
import type { OutgoingRecord } from '../../stream/port.ts';

/** A rate of a pull; two of them differ in run, currency or time. */
export function makeRate(
  quote_currency: string,
  mid: string,
  more: Partial<RateObserved> = {},
): RateObserved {
  const rate = {
    run_id: 'run-1',
    source: 'xe' as const,
    base_currency: 'USD',
    quote_currency,
    mid,
    observed_at: '2026-11-23T00:00:00.000Z',
    fetched_at: '2026-11-23T01:00:05.000Z',
    ...more,
  };
  return { event_id: eventId(rate), ...rate };
}
export const makeRecord = (rate: RateObserved): OutgoingRecord => ({
  key: keyOf(rate),
  value: encodeRate(rate, CURRENT_BUILT_IN_ID),
});
