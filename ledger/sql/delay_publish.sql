-- The stream is unavailable: any producer may publish the stored response once the lease is over.
update runs
set failure_code = :failureCode, failure_detail = :failureDetail::jsonb, error = :error,
    lease_until = ledger_now() + :retryInSeconds * interval '1 second'
where run_id = :runId and fence = :fence and state = 'fetched'
