import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const registry = new Registry();
const registers = [registry];

/** Metrics of this process. Names and labels are a contract with dashboards and alerts. */
export const metrics = {
  fetches: new Counter({
    name: 'fx_fetch_total',
    help: 'Fetches from providers by outcome.',
    labelNames: ['outcome'],
    registers,
  }),
  fetchSeconds: new Histogram({
    name: 'fx_fetch_duration_seconds',
    help: 'Duration of fetches from providers, retries included.',
    buckets: [0.1, 0.3, 1, 3, 10, 30],
    registers,
  }),
  published: new Counter({
    name: 'fx_events_published_total',
    help: 'Events acknowledged by the stream.',
    registers,
  }),
  consumed: new Counter({
    name: 'fx_events_consumed_total',
    help: 'Consumed events by result.',
    labelNames: ['result'],
    registers,
  }),
  lag: new Gauge({
    name: 'fx_consumer_lag_records',
    help: 'Consumer lag: records of a partition not stored yet.',
    labelNames: ['partition'],
    registers,
  }),
  deadLetters: new Counter({
    name: 'fx_dead_letters_total',
    help: 'Dead letters by reason.',
    labelNames: ['reason'],
    registers,
  }),
  openLetters: new Gauge({
    name: 'fx_dead_letters_open',
    help: 'Open dead letters.',
    registers,
  }),
  serviceTrouble: new Gauge({
    name: 'fx_service_trouble',
    help: '1 while a service is unhealthy or sends no heartbeat; else 0.',
    labelNames: ['service'],
    registers,
  }),
  missedSlots: new Counter({
    name: 'fx_schedule_missed_total',
    help: 'Slots that were skipped or failed.',
    registers,
  }),
  lastSuccess: new Gauge({
    name: 'fx_last_success_timestamp_seconds',
    help: 'Time of the last fetch whose run was confirmed.',
    registers,
  }),
  rateAge: new Gauge({
    name: 'fx_rate_age_seconds',
    help: 'Age of the newest rate of a currency.',
    labelNames: ['quote'],
    registers,
  }),
  rateStale: new Gauge({
    name: 'fx_rate_stale',
    help: '1 while the newest rate of a currency is stale; else 0.',
    labelNames: ['quote'],
    registers,
  }),
  keysMissing: new Gauge({
    name: 'fx_provider_keys_missing',
    help: '1 while real rates are stored and no credentials are set: new ones stay hidden; else 0.',
    registers,
  }),
  fallbackRates: new Gauge({
    name: 'fx_rates_from_fallback',
    help: 'Currencies whose newest rate comes from a fallback, not from the first provider.',
    registers,
  }),
  divergingRates: new Gauge({
    name: 'fx_rates_diverging',
    help: 'Currencies whose newest rate differs from another source beyond the tolerance.',
    registers,
  }),
  quota: new Gauge({
    name: 'fx_provider_quota_remaining',
    help: 'What is left of the quota of a provider, as it last reported, in what it bills.',
    labelNames: ['provider'],
    registers,
  }),
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
