-- The stream has acknowledged every event; the rows are checked after 1 minute, then 2, 4 …
update runs
set state = 'published',
    published_at = ledger_now(),
    published_to = :to,
    publishes = publishes + 1,
    failure_code = null, failure_detail = null, error = null,
    lease_until = null,
    recheck_at = ledger_now() + least(60 * 2 ^ publishes, 3600) * interval '1 second'
where run_id = :runId and fence = :fence and state = 'fetched'
