-- Rows of a range, oldest first, after the row (:day, :quote) of the page before.
select base, quote, rate, inverse, rate_date, observed_at, fetched_at, source, suspect,
       false as stale, derived, diverges
from rate_pairs
where base = :base and quote = any(:quotes)
  and rate_date between greatest(:from::date, :day::date) and :to::date
  and (:day::date is null or (rate_date, quote) > (:day::date, :quote::text))
order by rate_date, quote
limit :limit
