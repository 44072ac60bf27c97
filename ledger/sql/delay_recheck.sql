-- The consumer is behind: the rows are checked again later.
update runs
set failure_code = :failureCode, failure_detail = :failureDetail::jsonb, error = :error,
    recheck_at = ledger_now() + :recheckSeconds * interval '1 second'
where run_id = :runId and state = 'published'
