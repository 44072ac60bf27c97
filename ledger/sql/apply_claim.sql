-- Applies a claim or its refusal. The fence rises either way: older holders can no longer write.
update runs
set state = :state,
    currencies = :currencies,
    first_day = :firstDay,
    last_day = :lastDay,
    failure_code = case when :isRefused then :failureCode else failure_code end,
    failure_detail = case when :isRefused then :failureDetail::jsonb else failure_detail end,
    error = case when :isRefused then :error else error end,
    ended_at = case when :isRefused then ledger_now() else ended_at end,
    next_attempt_at = coalesce(:nextAttemptAt::timestamptz, next_attempt_at),
    blocked_credentials = :blockedCredentials,
    cost = cost + case when :isFetch then
      case bills when 'calls' then 1 else cardinality(:currencies::text[]) end
        * coalesce(:lastDay::date - :firstDay::date + 1, 1)
      else 0 end,
    cost_at = case when :isFetch then ledger_now() else cost_at end,
    attempts = attempts + :isFetch::boolean::int,
    abandoned_claims = abandoned_claims + :isAbandoned::boolean::int,
    claimed_at = ledger_now(),
    claimed_by = :claimedBy,
    fence = fence + 1,
    lease_until =
      case when not :isRefused then ledger_now() + :leaseSeconds * interval '1 second' end
where run_id = :runId
returning *
