-- Runs that have not ended, oldest first.
select run_id, trigger, slot, first_day, last_day, state, attempts, next_attempt_at, error,
       failure_code, failure_detail
from runs
where source = :source and state in ('due', 'claimed', 'fetched', 'published', 'retrying')
order by asked_at, run_id
limit 20
