-- Gives up slots for which the next slot has come.
update runs r
set state = 'failed', ended_at = ledger_now(), blocked_credentials = null,
    failure_code = 'superseded', failure_detail = s.detail::jsonb, error = s.error
from unnest(:runIds::uuid[], :details::text[], :errors::text[]) as s (run_id, detail, error)
where r.run_id = s.run_id
