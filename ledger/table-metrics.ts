import type { Database } from '../platform/database.ts';
import { metrics } from '../platform/metrics.ts';
import type { Account } from './credentials.ts';
import { pipelineQueries } from './pipeline-health.ts';

/**
 * Sets the metrics that the tables know better than any process: they outlive restarts, and are the same wherever they are asked.
 * While Postgres is away they are left out, since an old figure would pass for a new one.
 */
export function tableFigures(
  db: Database,
  { source, credentials, currencies }: Account & { currencies: readonly string[] },
): () => Promise<void> {
  const { deadLetters, openLetters, serviceTrouble, missedSlots, lastSuccess, rateAge, xeQuota } =
    metrics;
  const pipeline = pipelineQueries(db, source);
  return async () => {
    const [letters, slots, ages, quota, health] = await Promise.all([
      db.raw(
        `select reason, count(*)::int as count, (count(*) filter (where state = 'open'))::int as open from dead_letters group by reason`,
      ),
      db.raw(
        `select coalesce(sum(coalesce(skipped_count, 1)) filter (where slot is not null and state in ('failed', 'skipped')), 0)::int as missed,
                extract(epoch from max(fetched_at) filter (where state = 'confirmed' and trigger <> 'backfill'))::float8 as succeeded
         from runs where source = ?`,
        [source],
      ),
      db.raw(
        `select quote_currency as quote, extract(epoch from ledger_now() - max(observed_at))::float8 as age
         from rates where base_currency = 'USD' and quote_currency = any(?) group by quote_currency`,
        [currencies as never],
      ),
      db.raw(
        'select quota_remaining::float8 as left from xe_quota where source = ? and credentials = ? and quota_remaining is not null',
        [source, credentials],
      ),
      pipeline.health(),
    ]).catch((error: Error) => {
      for (const labelled of [deadLetters, serviceTrouble, rateAge]) labelled.reset();
      for (const single of [openLetters, missedSlots, lastSuccess, xeQuota]) single.remove();
      throw error;
    });
    deadLetters.reset();
    for (const { reason, count } of letters.rows) deadLetters.inc({ reason }, count);
    openLetters.set(
      letters.rows.reduce((sum: number, { open }: { open: number }) => sum + open, 0),
    );
    for (const [service, trouble] of Object.entries(health))
      serviceTrouble.set({ service }, trouble === null ? 0 : 1);
    missedSlots.reset();
    missedSlots.inc(slots.rows[0].missed);
    if (slots.rows[0].succeeded !== null) lastSuccess.set(slots.rows[0].succeeded);
    for (const { quote, age } of ages.rows) rateAge.set({ quote }, age);
    if (quota.rows[0]) xeQuota.set(quota.rows[0].left);
  };
}
