import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const registry = new Registry();
const registers = [registry];

/** What this process counts. Each part counts its own; the names are a contract with dashboards and alarms. */
export const metrics = {
  fetches: new Counter({
    name: 'fx_fetch_total',
    help: 'Fetches from XE by outcome.',
    labelNames: ['outcome'],
    registers,
  }),
  fetchSeconds: new Histogram({
    name: 'fx_fetch_duration_seconds',
    help: 'How long XE took, retries included.',
    buckets: [0.1, 0.3, 1, 3, 10, 30],
    registers,
  }),
  published: new Counter({
    name: 'fx_events_published_total',
    help: 'Events that the stream has acknowledged.',
    registers,
  }),
  consumed: new Counter({
    name: 'fx_events_consumed_total',
    help: 'Events by what became of them.',
    labelNames: ['result'],
    registers,
  }),
  lag: new Gauge({
    name: 'fx_consumer_lag_records',
    help: 'Records of a partition that are not stored yet.',
    labelNames: ['partition'],
    registers,
  }),
  deadLetters: new Counter({
    name: 'fx_dead_letters_total',
    help: 'Records set aside, by reason.',
    labelNames: ['reason'],
    registers,
  }),
  openLetters: new Gauge({
    name: 'fx_dead_letters_open',
    help: 'Records set aside that nobody has redriven.',
    registers,
  }),
  serviceTrouble: new Gauge({
    name: 'fx_service_trouble',
    help: '1 while a service says of itself that it is in trouble, or has not been heard of; else 0.',
    labelNames: ['service'],
    registers,
  }),
  missedSlots: new Counter({
    name: 'fx_schedule_missed_total',
    help: 'Slots that were skipped or given up.',
    registers,
  }),
  lastSuccess: new Gauge({
    name: 'fx_last_success_timestamp_seconds',
    help: 'When the last confirmed pull fetched its rates.',
    registers,
  }),
  rateAge: new Gauge({
    name: 'fx_rate_age_seconds',
    help: 'Since the newest rate of a currency was observed.',
    labelNames: ['quote'],
    registers,
  }),
  rateStale: new Gauge({
    name: 'fx_rate_stale',
    help: '1 while the newest rate of a currency is older than the last due slot calls for; else 0.',
    labelNames: ['quote'],
    registers,
  }),
  keysMissing: new Gauge({
    name: 'fx_xe_keys_missing',
    help: '1 while real rates are stored but no XE keys are set: new rates stay hidden; else 0.',
    registers,
  }),
  xeQuota: new Gauge({
    name: 'fx_xe_quota_remaining',
    help: 'Rates that XE last said are left.',
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

/** All of it as Prometheus reads it. */
export function metricsText(): Promise<string> {
  return registry.metrics();
}

export const METRICS_TYPE = registry.contentType;
