-- Makes pages that wait for a retry due now.
update runs
set state = 'due', next_attempt_at = ledger_now(), blocked_credentials = null,
    failure_code = null, failure_detail = null, error = null
where source = :source and trigger = 'backfill' and state = 'retrying'
