-- Gives a day without a rate the highest-ranked one of its observations, if there is any, and each
-- outranked source its newest.
with observed as (
  select (observed_at at time zone 'UTC')::date as rate_date, base_currency, quote_currency, source,
         mid, observed_at, fetched_at, event_id
  from rate_observations
  where base_currency = :base and quote_currency = :quote
    and observed_at >= date_trunc('day', :observed_at::timestamptz, 'UTC')
    and observed_at < date_trunc('day', :observed_at::timestamptz, 'UTC') + interval '1 day'
), seconds as (
  insert into second_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
                            fetched_at, event_id)
  select distinct on (source) * from observed
  where is_second_source(source)
  order by source, observed_at desc, fetched_at desc, event_id desc
  on conflict on constraint second_rates_pkey do nothing
)
insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
                         fetched_at, event_id)
select * from observed
order by source_rank(source), observed_at desc, fetched_at desc, event_id desc
limit 1
on conflict on constraint daily_rates_pkey do nothing
