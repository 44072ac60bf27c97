-- What a rebuild lost against the tables before it: events, and days whose rate is gone or ranks
-- lower. Rank: the best source, then the newest.
select (
  select count(*) from observations_before b
  where not exists (
    select from rate_observations o
    where o.observed_at = b.observed_at and o.base_currency = b.base_currency
      and o.quote_currency = b.quote_currency and o.event_id = b.event_id)
)::int as events, (
  select count(*) from days_before b
  left join daily_rates d using (base_currency, quote_currency, rate_date)
  where d.event_id is null
     or (-source_rank(d.source), d.observed_at, d.fetched_at, d.event_id)
      < (-source_rank(b.source), b.observed_at, b.fetched_at, b.event_id)
)::int as days, (
  select count(*) from days_before
)::int as days_before, (
  select count(*) from daily_rates
)::int as days_after
