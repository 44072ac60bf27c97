-- The rate of each day beside the best other source, oldest first, after the row (:day, :quote).
select rate_date, quote_currency as quote, mid as rate, source, observed_at,
       second_source, second_mid as second_rate, second_observed_at, difference, suspect, diverges
from rate_quality
where base_currency = 'USD' and quote_currency = any(:quotes)
  and rate_date between greatest(:from::date, :day::date) and :to::date
  and (:day::date is null or (rate_date, quote_currency) > (:day::date, :quote::text))
order by rate_date, quote_currency
limit :limit
