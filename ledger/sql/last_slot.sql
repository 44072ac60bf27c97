-- The newest slot that has a run.
select run_id, slot, skipped_to as "to", coalesce(skipped_count, 1) as count, state, missing,
       error as reason, failure_code, failure_detail, outcome
from runs
where source = :source and slot is not null
order by slot desc
limit 1
