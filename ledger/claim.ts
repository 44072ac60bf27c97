import type { Database } from '../platform/database.ts';
import type { Run, Source } from './run.ts';

/** A lease that is not renewed for so long is anybody's. */
export const LEASE_SECONDS = 15;

/** Events that are not in the table so long after a publish are published again; each time it is waited twice as long. */
export const REPUBLISH_AT = `published_at + least(60 * 2 ^ (publishes - 1), 3600) * interval '1 second'`;
/** After so many publishes without effect something is wrong that publishing does not mend. */
export const PUBLISHES = 6;

/**
 * Takes the next run that is due, that its holder no longer renews, or whose events got lost on the way; none of `seen`, so that
 * failing runs do not take turns for ever. What a pull may cost is reserved here, and stays counted if we die; a run that the
 * day's budget cannot pay ends as failed.
 */
export async function claimNext(
  db: Database,
  { source, by, seen, dailyBudget }: { source: Source; by: string; seen: readonly string[]; dailyBudget: number },
): Promise<Run | null> {
  return db.transaction(async (trx) => {
    // The budget is one sum over many rows, so those who draw on it come one after the other.
    await trx.raw(`select pg_advisory_xact_lock(hashtext('fx-rates claims'), hashtext(:source))`, { source });
    const { rows: claimed } = await trx.raw(
      `with next as (
         select run_id, state in ('due', 'claimed') as asks, cardinality(currencies) as price from runs
         where source = :source and (
           state = 'due' and next_attempt_at <= ledger_now()
           or state in ('claimed', 'fetched') and lease_until < ledger_now()
           or state = 'published' and publishes < :publishes and ${REPUBLISH_AT} < ledger_now())
           and run_id <> all(:seen::uuid[])
         order by asked_at, run_id limit 1 for update
       ), spent as (
         select coalesce(sum(cost), 0) as rates from runs
         where source = :source and cost > 0 and trigger <> 'backfill'
           and cost_at >= date_trunc('day', ledger_now(), 'UTC')
       )
       update runs r set
         state = case when not n.asks then 'fetched' when s.rates + n.price > :dailyBudget then 'failed' else 'claimed' end,
         error = case when n.asks and s.rates + n.price > :dailyBudget then
           format('the budget of %s rates a day is spent: %s used, this pull costs %s', :dailyBudget::int, s.rates, n.price) else r.error end,
         ended_at = case when n.asks and s.rates + n.price > :dailyBudget then ledger_now() else r.ended_at end,
         cost = r.cost + case when n.asks and s.rates + n.price <= :dailyBudget then n.price else 0 end,
         cost_at = case when n.asks then ledger_now() else r.cost_at end,
         attempts = r.attempts + n.asks::int,
         fence = r.fence + 1, claimed_by = :by, lease_until = ledger_now() + :lease * interval '1 second'
       from next n, spent s where r.run_id = n.run_id
       returning r.*`,
      { source, by, dailyBudget, seen, publishes: PUBLISHES, lease: LEASE_SECONDS } as never,
    );
    return claimed[0] ?? null;
  });
}
