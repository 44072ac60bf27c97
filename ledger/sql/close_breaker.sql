-- Closes the circuit breaker of an account.
delete from breakers
where source = :source and credentials = :credentials and open_until > ledger_now()
