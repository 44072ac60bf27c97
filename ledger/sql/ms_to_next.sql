-- Milliseconds until something is due, a lease expires or rows are checked, a minute at most;
-- null when no run is open.
select (extract(epoch from greatest('0', least('1 minute', min(
         case
           when blocked_credentials <> :credentials then ledger_now()
           when state in ('due', 'retrying') then next_attempt_at
           when state = 'published' then recheck_at
           else lease_until
         end) - ledger_now()))) * 1000)::int as ms
from runs
where source = :source and state in ('due', 'claimed', 'fetched', 'published', 'retrying')
