-- Files a catch-up for a day that its own slot answered too late for, unless it has its rates.
insert into runs (source, trigger, currencies, first_day, last_day)
select :source, 'catch-up', wanted.currencies, :day, :day
from (
  select array_agg(currency order by position) as currencies
  from unnest(:currencies::text[]) with ordinality as asked (currency, position)
  where not exists (
    select from daily_rates d
    where d.base_currency = 'USD' and d.quote_currency = asked.currency
      and d.rate_date = :day and source_rank(d.source) <= source_rank(:source))
) wanted
where wanted.currencies is not null
