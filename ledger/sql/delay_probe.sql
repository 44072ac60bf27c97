-- One run may be fetched although the circuit breaker is open; the next such probe is a day later.
update breakers
set probe_at = ledger_now() + interval '1 day'
where source = :source and credentials = :credentials
