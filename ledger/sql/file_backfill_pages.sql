-- Files a run for each page of a backfill.
insert into runs (source, trigger, currencies, first_day, last_day, backfill_id)
select :source, 'backfill', page.currencies, page.first, page.last, :backfillId
from jsonb_to_recordset(:pages::jsonb) as page (first date, last date, currencies text[])
