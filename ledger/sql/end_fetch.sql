-- Ends a round of fetches without a response. The reserved price is released unless it may have
-- billed the last fetch. With a circuit breaker opened the run waits for it.
update runs
set state = :state,
    failure_code = :failureCode, failure_detail = :failureDetail::jsonb, error = :error,
    lease_until = null,
    next_attempt_at = coalesce(
      :waitUntil::timestamptz, ledger_now() + :retryInSeconds * interval '1 second'),
    blocked_credentials = :blockedCredentials,
    ended_at = ledger_now(),
    cost = cost - case when :isBilled then 0 else price end
where run_id = :runId and fence = :fence and state = 'claimed'
