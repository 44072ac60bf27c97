-- Rows of a range, oldest first and in the order of :quotes, after the row (:day, :quote) of the
-- page before.
select base, quote, rate, inverse, rate_date, observed_at, fetched_at, source, suspect,
       false as stale, derived, diverges
from rate_pairs
where base = :base and quote = any(:quotes)
  and rate_date between greatest(:from::date, :day::date) and :to::date
  and (:day::date is null or (rate_date, array_position(:quotes::text[], quote))
                             > (:day::date, array_position(:quotes::text[], :quote::text)))
order by rate_date, array_position(:quotes::text[], quote)
limit :limit
