-- The next run of a source that is due or whose lease has expired, locked.
-- A run that waits for the circuit breaker of other credentials is due at once.
select run_id
from runs
where source = :source
  and (state in ('due', 'retrying')
         and (next_attempt_at <= ledger_now() or blocked_credentials <> :credentials)
       or state in ('claimed', 'fetched') and lease_until < ledger_now())
  and run_id <> all(:seen::uuid[])
  and (trigger = 'backfill' or not :backfillOnly)
order by trigger = 'backfill', trigger = 'manual', asked_at, run_id
limit 1
for update
