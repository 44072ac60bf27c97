import type { Database } from '../platform/database.ts';
import type { Account } from './credentials.ts';
import type { Run } from './run.ts';

/** A lease that is not renewed for so long is anybody's. */
export const LEASE_SECONDS = 15;

/** What a pull costs at XE: each rate that it returns, one a currency and day. */
export const PRICE = 'cardinality(currencies) * coalesce(last_day - first_day + 1, 1)';

export interface Claim extends Account {
  by: string;
  /** Runs not to take, so that failing ones do not take turns for ever. */
  seen: readonly string[];
  dailyBudget: number;
  /** Leave everything but backfills to others. */
  backfillOnly: boolean;
  /** Slots that are still to come in this UTC day: the budget keeps what they cost from those who ask for a pull. */
  slotsLeft: number;
}

/**
 * Takes the next run that is due, or that its holder no longer renews: slots first, since a trigger must not be refused for one that will
 * cost nothing, and backfills last. What it may cost is reserved here, and stays counted if we die. A run that must not be asked for
 * comes back with its verdict in place of a claim: a breaker is open, the budget or what was agreed to be paid does not allow it, or its
 * day is past and has a rate.
 */
export async function claimNext(db: Database, claim: Claim): Promise<Run | null> {
  return db.transaction(async (trx) => {
    // The budget is one sum over many rows, so those who draw on it come one after the other.
    await trx.raw(`select pg_advisory_xact_lock(lock_key('claims'), hashtext(?))`, [claim.source]);
    const { rows } = await trx.raw(CLAIM, { ...claim, lease: LEASE_SECONDS } as never);
    return rows[0] ?? null;
  });
}

/** Reserves the price of one more try by the rules of a claim: retries within a round may be billed like the first. */
export async function reserveTry(
  db: Database,
  { run_id, fence, source }: Run,
  { dailyBudget, slotsLeft }: Pick<Claim, 'dailyBudget' | 'slotsLeft'>,
): Promise<boolean> {
  return db.transaction(async (trx) => {
    await trx.raw(`select pg_advisory_xact_lock(lock_key('claims'), hashtext(?))`, [source]);
    const { rowCount } = await trx.raw(RESERVE, {
      run_id,
      fence,
      source,
      dailyBudget,
      slotsLeft,
    } as never);
    return rowCount === 1;
  });
}

/** What is spent today and what the slots that already wait will cost. */
const TODAY = `
    select coalesce(sum(cost) filter (where cost > 0 and cost_at >= date_trunc('day', ledger_now(), 'UTC')), 0) as spent,
           coalesce(sum(${PRICE}) filter (where state in ('due', 'retrying') and slot is not null), 0) as waiting
    from runs where source = :source and trigger <> 'backfill' and (cost > 0 or state in ('due', 'retrying'))`;

const RESERVE = `
  with today as (${TODAY}
  )
  update runs r set cost = r.cost + ${PRICE}, cost_at = ledger_now()
  from today t
  where r.run_id = :run_id and r.fence = :fence and r.state = 'claimed' and case r.trigger
    when 'backfill' then (select f.first_start or ${PRICE} + (select sum(b.cost) from runs b where b.backfill_id = r.backfill_id) <= f.accepted_cost
                          from backfills f where f.backfill_id = r.backfill_id)
    when 'manual' then t.spent + ${PRICE} + t.waiting + :slotsLeft::int * ${PRICE} <= :dailyBudget
    else t.spent + ${PRICE} <= :dailyBudget end`;

const CLAIM = `
  with next as (
    select *, state in ('due', 'retrying', 'claimed') as asks, ${PRICE} as price,
           -- The rate of today is never stored under a past day: a slot that comes too late for its own asks for history.
           case when slot < date_trunc('day', ledger_now(), 'UTC') then (slot at time zone 'UTC')::date end as past_day
    from runs
    where source = :source and (state in ('due', 'retrying') and next_attempt_at <= ledger_now() or state in ('claimed', 'fetched') and lease_until < ledger_now())
      and run_id <> all(:seen::uuid[]) and (trigger = 'backfill' or not :backfillOnly)
    order by trigger = 'backfill', trigger = 'manual', asked_at, run_id limit 1 for update
  ), today as (${TODAY}
  ), refused as (
    select case
      when not n.asks then null
      when n.past_day is not null and exists (select from daily_rates d where d.rate_date = n.past_day and (d.source = 'xe' or :source = 'simulator'))
        then array['skipped', format('missed: %s is over and has a rate already', n.past_day)]
      when b.reason is not null
        then array[case n.trigger when 'manual' then 'failed' else 'retrying' end,
                   format('XE is not asked until %s: %s', to_char(b.open_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'), b.reason)]
      when n.trigger = 'backfill' and not f.first_start and n.price + (select sum(cost) from runs where backfill_id = n.backfill_id) > f.accepted_cost
        then array['failed', format('refused: %s rates were agreed to be paid and these %s would go beyond', f.accepted_cost, n.price)]
      when n.trigger = 'backfill' and q.quota_remaining < n.price and q.quota_resets_at > ledger_now()
        then array['failed', format('refused: the package has %s rates left and this page costs %s', q.quota_remaining, n.price)]
      when n.trigger <> 'backfill' and t.spent + n.price > :dailyBudget
        then array['failed', format('the budget of %s rates a day is spent: %s used, this pull costs %s', :dailyBudget::int, t.spent, n.price)]
      when n.trigger = 'manual' and t.spent + n.price + t.waiting + :slotsLeft::int * n.price > :dailyBudget
        then array['failed', format('the budget of %s rates a day does not allow it: %s used, %s kept for slots of today, this pull costs %s',
                                    :dailyBudget::int, t.spent, t.waiting + :slotsLeft::int * n.price, n.price)]
    end as verdict, b.open_until
    from next n cross join today t
    left join breakers b on b.source = :source and b.credentials = :credentials and b.open_until > ledger_now()
    left join backfills f on f.backfill_id = n.backfill_id
    left join xe_quota q on q.source = :source and q.credentials = :credentials
  )
  update runs r set
    state = case when not n.asks then 'fetched' else coalesce(v.verdict[1], 'claimed') end,
    error = coalesce(v.verdict[2], r.error),
    ended_at = case when v.verdict is null then r.ended_at else ledger_now() end,
    next_attempt_at = case when v.verdict[1] = 'retrying' then v.open_until else r.next_attempt_at end,
    first_day = case when n.asks and n.slot is not null then n.past_day else r.first_day end,
    last_day = case when n.asks and n.slot is not null then n.past_day else r.last_day end,
    cost = r.cost + case when n.asks and v.verdict is null then n.price else 0 end,
    cost_at = case when n.asks and v.verdict is null then ledger_now() else r.cost_at end,
    attempts = r.attempts + (n.asks and v.verdict is null)::int,
    claimed_at = ledger_now(), fence = r.fence + 1, claimed_by = :by,
    lease_until = case when v.verdict is null then ledger_now() + :lease * interval '1 second' end
  from next n cross join refused v where r.run_id = n.run_id
  returning r.*`;
