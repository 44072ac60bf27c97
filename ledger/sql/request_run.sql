-- The run that serves a request: one that is open or has just ended, else a new one.
-- No row: another request was filed at the same moment.
with reusable as (
  select run_id, state not in ('confirmed', 'failed', 'skipped') as is_open
  from runs
  where source = :source and first_day is null
    and (state in ('claimed', 'fetched')
         or state = 'published' and published_at > ledger_now() - interval '60 seconds'
         or trigger = 'manual' and state in ('due', 'retrying')
         or state <> 'skipped'
            and ended_at > ledger_now() - :cooldownSeconds * interval '1 second')
  order by is_open desc, coalesce(ended_at, asked_at) desc
  limit 1
), filed as (
  insert into runs (source, trigger, currencies)
  select :source, 'manual', :currencies
  where not exists (select from reusable)
  on conflict do nothing
  returning run_id
)
select run_id from reusable
union all
select run_id from filed
