-- Opens the circuit breaker of an account, for a minute at least: a Retry-After of 0 must not let
-- calls follow each other. A probe is allowed after a day.
insert into breakers (source, credentials, status, reason, open_until, probe_at)
values (
  :source, :credentials, :status, :reason,
  greatest(
    least(coalesce(:until::timestamptz, ledger_now() + :openSeconds * interval '1 second'),
          ledger_now() + :mostSeconds * interval '1 second'),
    ledger_now() + interval '1 minute'),
  ledger_now() + interval '1 day')
on conflict on constraint breakers_pkey do update
set status = excluded.status, reason = excluded.reason, opened_at = excluded.opened_at,
    open_until = excluded.open_until, probe_at = excluded.probe_at
returning least(open_until, probe_at) as next_call_at
