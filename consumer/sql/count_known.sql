-- How many of these events are stored, and how many of their days have a rate that ranks at least
-- as high. By lateral subqueries: joined, never analyzed tables were read whole for every batch.
with rates as materialized (
  select r.position, r.event_id, run.source, r.base_currency, r.quote_currency,
         run.observed_at, run.fetched_at
  from unnest(:event_ids::uuid[], :bases::text[], :quotes::text[], :runs::int[])
       with ordinality as r (event_id, base_currency, quote_currency, run, position)
  join unnest(:sources::text[], :observed::timestamptz[], :fetched::timestamptz[])
       with ordinality as run (source, observed_at, fetched_at, run) using (run)
)
select (
  select count(*) from rates r
  cross join lateral (
    select from rate_observations o
    where o.observed_at = r.observed_at and o.base_currency = r.base_currency
      and o.quote_currency = r.quote_currency and o.event_id = r.event_id
    limit 1
  ) stored
)::int as events, (
  select count(*) from rates r
  cross join lateral (
    select from daily_rates d
    where d.base_currency = r.base_currency and d.quote_currency = r.quote_currency
      and d.rate_date = (r.observed_at at time zone 'UTC')::date
      and (-source_rank(d.source), d.observed_at, d.fetched_at, d.event_id)
       >= (-source_rank(r.source), r.observed_at, r.fetched_at, r.event_id)
    limit 1
  ) ranked
  where r.position = any(:newest::bigint[])
)::int as days
