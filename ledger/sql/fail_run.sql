-- Ends a run after a bug. Cost and a stored response stay as they are.
update runs
set state = 'failed',
    failure_code = :failureCode, failure_detail = :failureDetail::jsonb, error = :error,
    lease_until = null,
    ended_at = ledger_now()
where run_id = :runId and fence = :fence and state in ('claimed', 'fetched')
