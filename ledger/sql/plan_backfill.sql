-- Pages of a backfill: consecutive days that need the same currencies, a page's worth each. A day
-- whose pairs are all left out comes with no currencies, so that later_days counts it.
with days as (
  select day::date as day
  from generate_series(
    coalesce(:first::date,
             (select min(rate_date) from daily_rates
              where source_rank(source) <= source_rank(:source))),
    least(:last::date, (ledger_now() at time zone 'UTC')::date - 1),
    interval '1 day') as day
), pairs as (
  select days.day, wanted.currency, wanted.position,
         exists (
           select from runs r
           where r.source = :source and r.trigger = 'backfill'
             and r.state in ('due', 'claimed', 'fetched', 'published', 'retrying')
             and days.day between r.first_day and r.last_day
             and wanted.currency = any(r.currencies)
         ) as is_filed,
         stored.observed_at is not null as is_stored,
         coalesce(stored.source = :source
                  and stored.observed_at > days.day::timestamp at time zone 'UTC', false)
           as is_later
  from days
  cross join unnest(:currencies::text[]) with ordinality as wanted (currency, position)
  left join daily_rates stored
    on stored.base_currency = 'USD' and stored.quote_currency = wanted.currency
   and stored.rate_date = days.day and source_rank(stored.source) <= source_rank(:source)
), needs as (
  select day,
         coalesce(array_agg(currency order by position) filter (
           where not is_filed and not is_later and not (:missing and is_stored)), '{}')
           as currencies,
         bool_or(is_later and not is_filed and not :missing)::int as later_days
  from pairs
  group by day
), stretches as (
  select *, day - (row_number() over (partition by currencies order by day))::int as stretch
  from needs
), pages as (
  select *, (row_number() over (partition by currencies, stretch order by day) - 1)
              / :daysPerPage::int as page
  from stretches
)
select min(day) as first, max(day) as last, currencies, sum(later_days)::int as later_days
from pages
group by currencies, stretch, page
having cardinality(currencies) > 0 or sum(later_days) > 0
order by 1
