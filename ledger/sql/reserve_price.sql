-- Counts one more fetch of a claimed run as spent.
update runs
set cost = cost + price, cost_at = ledger_now()
where run_id = :runId and fence = :fence and state = 'claimed'
