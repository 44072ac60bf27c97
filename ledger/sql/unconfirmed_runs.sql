-- Published runs whose rows should be there by now.
select run_id, published_to, publishes
from runs
where source = :source and state = 'published' and recheck_at < ledger_now()
order by asked_at
