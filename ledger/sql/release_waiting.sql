-- Makes runs due that waited for the circuit breaker of an account.
update runs
set state = 'due', next_attempt_at = ledger_now(), blocked_credentials = null
where source = :source and state = 'retrying' and blocked_credentials = :credentials
