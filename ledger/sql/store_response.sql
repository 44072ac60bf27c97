-- Stores the response and settles the reserved price to the rates that came.
update runs
set state = 'fetched',
    response_body = :body,
    answered_by = :answeredBy,
    event_ids = :eventIds,
    observed_from = :observedFrom,
    observed_to = :observedTo,
    missing = :missing,
    quota = :quota,
    package = (select package from quotas q
               where q.source = :source and q.credentials = :credentials),
    fetched_at = ledger_now(),
    failure_code = null, failure_detail = null, error = null,
    cost = cost - price + :billedRates
where run_id = :runId and fence = :fence and state = 'claimed'
returning *
