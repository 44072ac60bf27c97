-- Files the cross-check of a UTC day, once, when a better source has its rates. A fallback for a
-- slot of the day compares as well.
insert into runs (source, trigger, currencies)
select :source, 'cross-check', :currencies
from (select (ledger_now() at time zone 'UTC')::date as today) clock
where exists (
    select from daily_rates d
    where d.base_currency = 'USD' and d.quote_currency = any(:currencies::text[])
      and d.rate_date = today and source_rank(d.source) < source_rank(:source))
  and not exists (
    select from runs
    where source = :source
      and (trigger = 'cross-check' and asked_at >= date_trunc('day', ledger_now(), 'UTC')
           or trigger = 'fallback' and slot >= date_trunc('day', ledger_now(), 'UTC')))
