-- A run with what decides whether it may call its provider: see ClaimFacts. A quota without a reset
-- instant holds for a day after the account was read: a spent one would block backfills for ever.
-- Today's rate is never stored under a past day, so a slot that comes too late for its own day,
-- or a catch-up of a past day, fetches history.
with run as (
  select r.*, ledger_now() as now,
         case
           when slot < date_trunc('day', ledger_now(), 'UTC') then (slot at time zone 'UTC')::date
           when slot is null and trigger = 'catch-up' then first_day
         end as past_day
  from runs r
  where run_id = :runId
), today as (
  select coalesce(sum(cost) filter (where cost_at >= date_trunc('day', ledger_now(), 'UTC')), 0)
           as spent_today,
         coalesce(sum(price) filter (
           where state in ('due', 'retrying') and trigger <> 'manual'), 0) as waiting_price
  from runs
  where source = :source and trigger <> 'backfill' and (cost > 0 or state in ('due', 'retrying'))
)
select run.*, today.spent_today::int, today.waiting_price::int,
       array(
         select currency
         from unnest(run.currencies) with ordinality as wanted (currency, position)
         where not exists (
           select from daily_rates d
           where d.base_currency = 'USD' and d.quote_currency = wanted.currency
             and d.rate_date = run.past_day and source_rank(d.source) <= source_rank(:source))
         order by position
       ) as currencies_without_rate,
       b.reason as breaker_reason, b.open_until as breaker_open_until,
       b.probe_at as breaker_probe_at,
       case when not f.first_start then f.accepted_cost end as accepted_cost,
       coalesce((select sum(cost) from runs r where r.backfill_id = run.backfill_id), 0)::int
         as backfill_cost,
       q.quota_remaining
from run
cross join today
left join breakers b
  on b.source = :source and b.credentials = :credentials and b.open_until > run.now
left join backfills f on f.backfill_id = run.backfill_id
left join quotas q
  on q.source = :source and q.credentials = :credentials
     and coalesce(q.quota_resets_at, q.account_seen_at + interval '1 day') > run.now
