-- Slots of the last seven days that failed, were skipped or are late, newest first.
select run_id, slot, skipped_to as "to", coalesce(skipped_count, 1) as count, state, missing,
       error as reason, failure_code, failure_detail, outcome
from runs
where source = :source and slot is not null
  and coalesce(skipped_to, slot) >= ledger_now() - interval '7 days'
  and (state in ('failed', 'skipped') or (state <> 'confirmed' and error is not null))
order by slot desc
limit 20
