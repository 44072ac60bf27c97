-- Slots before :slot that still wait to be fetched, locked.
select run_id, error
from runs
where source = :source and state in ('due', 'retrying') and slot < :slot
order by run_id
for update
