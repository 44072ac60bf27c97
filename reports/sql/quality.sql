-- The rate of each day beside the best other source, and by how much that one differs, oldest
-- first, after the row (:day, :quote). All currencies and rows without :quotes and :limit.
select rate_date, quote_currency as quote, mid as rate, source, observed_at,
       second_source, second_mid as second_rate, second_observed_at, difference, suspect, diverges
from rate_quality
where base_currency = 'USD'
  and (cast(:quotes as text[]) is null or quote_currency = any(:quotes))
  and rate_date between greatest(cast(:from as date), cast(:day as date)) and cast(:to as date)
  and (cast(:day as date) is null
    or (rate_date, quote_currency) > (cast(:day as date), cast(:quote as text)))
order by rate_date, quote_currency
limit :limit
