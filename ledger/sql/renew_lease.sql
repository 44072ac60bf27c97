-- Extends the lease of a claim.
update runs
set lease_until = ledger_now() + :leaseSeconds * interval '1 second'
where run_id = :runId and fence = :fence
