import type { Database } from '../platform/database.ts';
import { heartbeats } from '../platform/heartbeat.ts';
import { metrics } from '../platform/metrics.ts';
import { query, queryRow, sqlFolder } from '../platform/sql.ts';
import type { Account } from './credentials.ts';
import { type FreshnessSettings, openFreshness } from './freshness.ts';
import { serviceProblems } from './health.ts';

interface RunMetrics {
  missed_slots: number;
  last_success: number | null;
}

interface QuotaLeft {
  provider: string;
  remaining: number;
}
interface DeadLetterCount {
  reason: string;
  count: number;
  open: number;
}

const sql = sqlFolder(import.meta.url);
const QUOTAS = `
  select source as provider, quota_remaining::float8 as remaining
  from quotas
  join unnest(:sources::text[], :credentials::text[]) as account (source, credentials)
    using (source, credentials)
  where quota_remaining is not null`;
const DEAD_LETTERS = `
  select reason, count(*)::int as count, (count(*) filter (where state = 'open'))::int as open
  from dead_letters group by reason`;

/**
 * Prepares the update of the metrics that come from tables: they outlive restarts and are the same
 * in every process. A value that is not known is absent: 0 or an old one would be misread.
 */
export function openTableMetrics(
  db: Database,
  settings: Account & FreshnessSettings & { providers: readonly Account[] },
): () => Promise<void> {
  const { source, providers } = settings;
  const sources = providers.map((account) => account.source);
  const credentials = providers.map((account) => account.credentials);
  const readFreshness = openFreshness(db, settings);
  return async () => {
    try {
      const [runs, quotas, deadLetters, freshness, problems] = await Promise.all([
        queryRow<RunMetrics>(db, sql('table_metrics'), { source }),
        query<QuotaLeft>(db, QUOTAS, { sources, credentials }),
        query<DeadLetterCount>(db, DEAD_LETTERS),
        readFreshness(),
        heartbeats(db).then(serviceProblems),
      ]);
      removeAll();
      metrics.missedSlots.inc(runs.missed_slots);
      if (runs.last_success !== null) metrics.lastSuccess.set(runs.last_success);
      for (const { provider, remaining } of quotas) metrics.quota.set({ provider }, remaining);
      metrics.openLetters.set(deadLetters.reduce((sum, { open }) => sum + open, 0));
      for (const { reason, count } of deadLetters) metrics.deadLetters.inc({ reason }, count);
      metrics.keysMissing.set(freshness.lacksKeys ? 1 : 0);
      metrics.fallbackRates.set(freshness.fallbacks.length);
      metrics.divergingRates.set(freshness.currencies.filter(({ diverges }) => diverges).length);
      for (const { quote, age_seconds, stale } of freshness.currencies) {
        if (age_seconds !== null) metrics.rateAge.set({ quote }, age_seconds);
        metrics.rateStale.set({ quote }, stale ? 1 : 0);
      }
      for (const service of ['producer', 'consumer'])
        metrics.serviceTrouble.set(
          { service },
          problems.some(({ component }) => component === service) ? 1 : 0,
        );
    } catch (err) {
      removeAll();
      throw err;
    }
  };
}

function removeAll(): void {
  const { deadLetters, serviceTrouble, rateAge, rateStale, quota } = metrics;
  for (const labelled of [deadLetters, serviceTrouble, rateAge, rateStale, quota]) labelled.reset();
  const { openLetters, missedSlots, lastSuccess, keysMissing } = metrics;
  const { fallbackRates, divergingRates } = metrics;
  const singles = [openLetters, missedSlots, lastSuccess, keysMissing];
  for (const single of [...singles, fallbackRates, divergingRates]) single.remove();
}
