-- Makes a published run ready to be published again at once, or gives it up.
update runs
set state = :state,
    failure_code = :failureCode, failure_detail = :failureDetail::jsonb, error = :error,
    recheck_at = null,
    ended_at = case when :state = 'failed' then ledger_now() else ended_at end,
    lease_until = ledger_now() - interval '1 second'
where run_id = :runId and state = 'published'
