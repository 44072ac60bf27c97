import type { Database } from '../platform/database.ts';
import { execute } from '../platform/sql.ts';

/**
 * Deletes every real rate and the ledger of real runs, so that a development database shows
 * simulated rates again. Returns how much was deleted.
 */
export function forgetRealRates(db: Database): Promise<{ observations: number; runs: number }> {
  return db.transaction(async (trx) => {
    await execute(trx, `delete from daily_rates where source = 'xe'`);
    const observations = await execute(trx, `delete from rate_observations where source = 'xe'`);
    // A day whose real rate is gone shows its simulated one again, if it was ever stored.
    await execute(trx, RESTORE_SIMULATED);
    const runs = await execute(trx, `delete from runs where source = 'xe'`);
    for (const table of ['backfills', 'breakers', 'xe_quota', 'schedules'] as const)
      await execute(trx, FORGET[table]);
    return { observations, runs };
  });
}

const FORGET = {
  backfills: `delete from backfills where source = 'xe'`,
  breakers: `delete from breakers where source = 'xe'`,
  xe_quota: `delete from xe_quota where source = 'xe'`,
  schedules: `delete from schedules where source = 'xe'`,
};

const RESTORE_SIMULATED = `
  insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
                           fetched_at, event_id)
  select distinct on (rate_date, base_currency, quote_currency)
         (observed_at at time zone 'UTC')::date as rate_date, base_currency, quote_currency, source,
         mid, observed_at, fetched_at, event_id
  from rate_observations
  order by rate_date, base_currency, quote_currency, observed_at desc, fetched_at desc,
           event_id desc
  on conflict do nothing`;
