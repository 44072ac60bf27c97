-- The circuit breaker of an account, while it is open.
select status, reason, opened_at, open_until
from breakers
where source = :source and credentials = :credentials and open_until > ledger_now()
