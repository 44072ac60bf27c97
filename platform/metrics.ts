import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const registry = new Registry();
const registers = [registry];

function counter<Label extends string>(name: string, help: string, labelNames: Label[] = []) {
  return new Counter({ name, help, labelNames, registers });
}

function gauge<Label extends string>(name: string, help: string, labelNames: Label[] = []) {
  return new Gauge({ name, help, labelNames, registers });
}

/** Metrics of this process. Names and labels are a contract with dashboards and alerts. */
export const metrics = {
  fetches: counter('fx_fetch_total', 'Fetches from providers by outcome.', ['outcome']),
  fetchSeconds: new Histogram({
    name: 'fx_fetch_duration_seconds',
    help: 'Duration of fetches from providers, retries included.',
    buckets: [0.1, 0.3, 1, 3, 10, 30],
    registers,
  }),
  published: counter('fx_events_published_total', 'Events acknowledged by the stream.'),
  consumed: counter('fx_events_consumed_total', 'Consumed events by result.', ['result']),
  lag: gauge('fx_consumer_lag_records', 'Consumer lag: records of a partition not stored yet.', [
    'partition',
  ]),
  deadLetters: counter('fx_dead_letters_total', 'Dead letters by reason.', ['reason']),
  openLetters: gauge('fx_dead_letters_open', 'Open dead letters.'),
  serviceTrouble: gauge(
    'fx_service_trouble',
    '1 while a service is unhealthy or sends no heartbeat; else 0.',
    ['service'],
  ),
  missedSlots: counter('fx_schedule_missed_total', 'Slots that were skipped or failed.'),
  lastSuccess: gauge(
    'fx_last_success_timestamp_seconds',
    'Time of the last fetch whose run was confirmed.',
  ),
  rateAge: gauge('fx_rate_age_seconds', 'Age of the newest rate of a currency.', ['quote']),
  rateStale: gauge('fx_rate_stale', '1 while the newest rate of a currency is stale; else 0.', [
    'quote',
  ]),
  keysMissing: gauge(
    'fx_provider_keys_missing',
    '1 while real rates are stored and no credentials are set: new ones stay hidden; else 0.',
  ),
  fallbackRates: gauge(
    'fx_rates_from_fallback',
    'Currencies whose newest rate comes from a fallback, not from the first provider.',
  ),
  divergingRates: gauge(
    'fx_rates_diverging',
    'Currencies whose newest rate differs from another source beyond the tolerance.',
  ),
  quota: gauge(
    'fx_provider_quota_remaining',
    'What is left of the quota of a provider, as it last reported, in what it bills.',
    ['provider'],
  ),
  requestSeconds: new Histogram({
    name: 'http_request_duration_seconds',
    help: 'HTTP requests by method, route template and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registers,
  }),
};

/** All metrics in the Prometheus text format. */
export function metricsText(): Promise<string> {
  return registry.metrics();
}

export const METRICS_TYPE = registry.contentType;
