-- Ends manual runs that no producer claimed in time.
update runs
set state = 'skipped', ended_at = ledger_now(),
    failure_code = :failureCode, failure_detail = :failureDetail::jsonb, error = :error
where source = :source and trigger = 'manual' and state in ('due', 'retrying')
  and asked_at < ledger_now() - :minutes::int * interval '1 minute'
