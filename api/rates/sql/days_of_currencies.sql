-- The days with rates of each currency, in the order of :currencies.
select wanted.code, min(rate_date) as first_date, max(rate_date) as last_date,
       count(rate_date)::int as days
from unnest(:currencies::text[]) with ordinality as wanted (code, position)
left join rates on base_currency = 'USD' and quote_currency = wanted.code
group by wanted.code, position
order by position
