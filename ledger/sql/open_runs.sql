-- Runs that have not ended, oldest first: the oldest, and the one whose failure matters most.
with open as (
  select run_id, trigger, slot, first_day, last_day, state, attempts, next_attempt_at, error,
         failure_code, failure_detail, asked_at
  from runs
  where source = :source and state in ('due', 'claimed', 'fetched', 'published', 'retrying')
),
failing as (
  select run_id
  from open
  where error is not null
  order by trigger = 'backfill', asked_at, run_id
  limit 1
),
shown as (
  select *
  from open
  order by run_id in (select run_id from failing) desc, asked_at, run_id
  limit 20
)
select run_id, trigger, slot, first_day, last_day, state, attempts, next_attempt_at, error,
       failure_code, failure_detail
from shown
order by asked_at, run_id
