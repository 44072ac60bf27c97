-- The ledger's time, and what has gone wrong since the newest run that brought rates, if anything.
select ledger_now() as now, newest.error, newest.failure_code, newest.failure_detail
from (select) always
left join lateral (
  select error, failure_code, failure_detail
  from runs
  where source = :source and error is not null and state <> 'skipped'
    and (trigger <> 'manual' or state <> 'failed')
    and (trigger <> 'backfill' or state <> 'confirmed')
    and asked_at >= coalesce(
      (select max(asked_at) from runs
       where source = :source and state = 'confirmed'
         and outcome is distinct from 'no_newer_rate'), '-infinity')
  order by asked_at desc
  limit 1
) newest on true
