-- Rates of a range by day, week from Monday or month, oldest first: an accountant's average and
-- closing rate, high and low. The average is divided with 30 decimals and rounded once: avg() would
-- keep 16 digits. A bucket is partial while days are missing or its last day is not over.
with bucket as (
  select base, quote, date_trunc(:group, rate_date::timestamp)::date as "from",
         (date_trunc(:group, rate_date::timestamp) + ('1 ' || :group)::interval)::date - 1 as "to",
         rate, rate_date, source, suspect, diverges
  from rate_pairs
  where base = :base and quote = any(:quotes) and rate_date between :from and :to
)
select base, quote, "from", "to", min(rate) as min, max(rate) as max,
       round(sum(rate) * 1.000000000000000000000000000000 / count(*), 18) as avg,
       (array_agg(rate order by rate_date desc))[1] as last,
       max(rate_date) as last_date, count(*)::int as count, "to" - "from" + 1 as days,
       count(*) < "to" - "from" + 1 or "to" >= :today as partial, bool_or(suspect) as suspect,
       (array_agg(source order by source_rank(source) desc))[1] as source,
       bool_or(diverges) as diverges, min(rate_date) as first_date
from bucket
where :day::date is null
   or ("from", array_position(:quotes::text[], quote))
      > (:day::date, array_position(:quotes::text[], :quote::text))
group by base, quote, "from", "to"
order by "from", array_position(:quotes::text[], quote)
limit :limit
