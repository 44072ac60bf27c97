import type { Database } from '../platform/database.ts';
import { execute } from '../platform/sql.ts';

/**
 * Deletes every real rate and the ledger of real runs, so that a development database shows
 * simulated rates again. Returns how much was deleted.
 */
export function forgetRealRates(db: Database): Promise<{ observations: number; runs: number }> {
  return db.transaction(async (trx) => {
    await execute(trx, `delete from daily_rates ${REAL}`);
    await execute(trx, `delete from second_rates ${REAL}`);
    const observations = await execute(trx, `delete from rate_observations ${REAL}`);
    // A day whose real rate is gone shows its simulated one again, if it was ever stored.
    await execute(trx, RESTORE_SIMULATED);
    const runs = await execute(trx, `delete from runs ${REAL}`);
    for (const table of ['backfills', 'breakers', 'quotas', 'schedules'])
      await execute(trx, `delete from ${table} ${REAL}`);
    return { observations, runs };
  });
}

const REAL = 'where source not in (select name from sources where simulated)';

const RESTORE_SIMULATED = `
  insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
                           fetched_at, event_id)
  select distinct on (rate_date, base_currency, quote_currency)
         (observed_at at time zone 'UTC')::date as rate_date, base_currency, quote_currency, source,
         mid, observed_at, fetched_at, event_id
  from rate_observations
  order by rate_date, base_currency, quote_currency, source_rank(source), observed_at desc, fetched_at desc,
           event_id desc
  on conflict do nothing`;
