import type { Source } from '../../ledger/run.ts';
import type { Database } from '../../platform/database.ts';
import { metrics } from '../../platform/metrics.ts';

/**
 * Sets the metrics that the tables know better than any process: they outlive restarts, and are the same wherever they are asked.
 * While Postgres is away they are left out, since an old figure would pass for a new one.
 */
export function tableFigures(db: Database, source: Source): () => Promise<void> {
  const { deadLetters, missedSlots, lastSuccess, rateAge, xeQuota } = metrics;
  return async () => {
    const [letters, slots, ages, quota] = await Promise.all([
      db.raw('select reason, count(*)::int as count from dead_letters group by reason'),
      db.raw(
        `select coalesce(sum(coalesce(skipped_count, 1)) filter (where slot is not null and state in ('failed', 'skipped')), 0)::int as missed,
                extract(epoch from max(fetched_at) filter (where state = 'confirmed'))::float8 as succeeded
         from runs where source = ?`,
        [source],
      ),
      db.raw(
        `select quote_currency as quote, extract(epoch from ledger_now() - max(observed_at))::float8 as age from rates group by quote_currency`,
      ),
      db.raw('select quota_remaining::float8 as left from xe_quota where source = ? and quota_remaining is not null', [source]),
    ]).catch((error: Error) => {
      for (const metric of [deadLetters, missedSlots, lastSuccess, rateAge, xeQuota]) metric.remove();
      throw error;
    });
    deadLetters.reset();
    for (const { reason, count } of letters.rows) deadLetters.inc({ reason }, count);
    missedSlots.reset();
    missedSlots.inc(slots.rows[0].missed);
    if (slots.rows[0].succeeded !== null) lastSuccess.set(slots.rows[0].succeeded);
    for (const { quote, age } of ages.rows) rateAge.set({ quote }, age);
    if (quota.rows[0]) xeQuota.set(quota.rows[0].left);
  };
}
