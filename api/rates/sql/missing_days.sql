-- The days of a range on which not every pair has a rate.
select day::date as day
from generate_series(:from::date::timestamp, :to::date::timestamp, interval '1 day') day
left join (
  select rate_date, count(*) as pairs
  from rate_pairs
  where base = :base and quote = any(:quotes) and rate_date between :from and :to
  group by rate_date
) stored on stored.rate_date = day::date
where coalesce(pairs, 0) < cardinality(:quotes::text[])
order by day
