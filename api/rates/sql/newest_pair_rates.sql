-- The newest row of each pair within a range of days, in the order of :quotes.
select newest.*
from unnest(:quotes::text[]) with ordinality as wanted (code, position)
cross join lateral (
  select base, quote, rate, inverse, rate_date, observed_at, fetched_at, source, suspect,
         false as stale, derived, diverges
  from rate_pairs
  where base = :base and quote = wanted.code and rate_date between :from::date and :to::date
  order by rate_date desc
  limit 1
) newest
order by position
