-- The newest readable rate of each currency, in the order of :currencies; else nulls.
select wanted.quote, newest.rate_date, newest.observed_at, newest.fetched_at,
       newest.source, coalesce(newest.diverges, false) as diverges
from unnest(:currencies::text[]) with ordinality as wanted (quote, position)
left join lateral (
  select rate_date, observed_at, fetched_at, source, diverges
  from rates
  where base_currency = 'USD' and quote_currency = wanted.quote
  order by rate_date desc
  limit 1
) newest on true
order by position
