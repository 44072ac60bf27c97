-- Ends a published run.
update runs
set state = :state, outcome = :outcome, dead_letter_id = :deadLetterId,
    failure_code = :failureCode, failure_detail = :failureDetail::jsonb, error = :error,
    recheck_at = null, ended_at = ledger_now()
where run_id = :runId
