import type { RateObserved } from './rate-observed.ts';
import { keyOf } from './rate-observed.ts';

/** CloudEvents 1.0 attributes in Kafka's binary mode, as text: for people and routers, no consumer of ours needs them. */
export function headersOf(rate: RateObserved): Record<string, string> {
  return {
    ce_specversion: '1.0',
    ce_id: rate.event_id,
    ce_source: `/fx-rates/producer/${rate.source}`,
    ce_type: 'fx.rates.RateObserved.v1',
    ce_time: rate.observed_at,
    ce_subject: keyOf(rate),
    'content-type': 'application/avro',
  };
}
