-- The :days days before today, once a slot has brought rates and no history was filed yet.
select today - :days::int as first, today - 1 as last
from (select (ledger_now() at time zone 'UTC')::date as today) clock
where exists (
        select from runs
        where source = :source and state = 'confirmed' and trigger <> 'backfill')
  and not exists (select from backfills where source = :source and first_start)
