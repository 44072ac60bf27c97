-- Rates of a range by day, week from Monday or month, oldest first: an accountant's average and
-- closing rate, high and low.
with bucket as (
  select base, quote, date_trunc(:group, rate_date::timestamp)::date as "from",
         (date_trunc(:group, rate_date::timestamp) + ('1 ' || :group)::interval)::date - 1 as "to",
         rate, rate_date, source, suspect, diverges
  from rate_pairs
  where base = :base and quote = any(:quotes) and rate_date between :from and :to
)
select base, quote, "from", "to", min(rate) as min, max(rate) as max,
       round(avg(rate), 18) as avg, (array_agg(rate order by rate_date desc))[1] as last,
       max(rate_date) as last_date, count(*)::int as count, "to" - "from" + 1 as days,
       count(*) < "to" - "from" + 1 as partial, bool_or(suspect) as suspect,
       (array_agg(source order by source_rank(source) desc))[1] as source,
       bool_or(diverges) as diverges
from bucket
where :day::date is null or ("from", quote) > (:day::date, :quote::text)
group by base, quote, "from", "to"
order by "from", quote
limit :limit
