-- Stores every event once, and the highest-ranked rate of each pair and day. Writes nothing at all
-- when one of the events is voided: the caller leaves it out and repeats. Rank: a real rate before
-- a simulated one, then the newest; newestPerDay has the same order.
with rates as materialized (
  select r.position, r.event_id, run.run_id, run.source, r.base_currency, r.quote_currency, r.mid,
         run.observed_at, run.fetched_at
  from unnest(:event_ids::uuid[], :bases::text[], :quotes::text[], :mids::numeric[], :runs::int[])
       with ordinality as r (event_id, base_currency, quote_currency, mid, run, position)
  join unnest(:run_ids::text[], :sources::text[], :observed::timestamptz[], :fetched::timestamptz[])
       with ordinality as run (run_id, source, observed_at, fetched_at, run) using (run)
), voided as materialized (
  select event_id from voided_events
  where restored_at is null and event_id = any(:event_ids::uuid[])
), observations as (
  insert into rate_observations
    (event_id, run_id, source, base_currency, quote_currency, mid, observed_at, fetched_at)
  select event_id, run_id, source, base_currency, quote_currency, mid, observed_at, fetched_at
  from rates
  where not exists (select from voided)
  on conflict on constraint rate_observations_pkey do nothing
  returning 1
), days as (
  insert into daily_rates (event_id, source, base_currency, quote_currency, mid, observed_at,
                           fetched_at, rate_date)
  select event_id, source, base_currency, quote_currency, mid, observed_at,
         fetched_at, (observed_at at time zone 'UTC')::date
  from rates
  where position = any(:newest::bigint[]) and not exists (select from voided)
  on conflict on constraint daily_rates_pkey do update
    set event_id = excluded.event_id, source = excluded.source, mid = excluded.mid,
        observed_at = excluded.observed_at, fetched_at = excluded.fetched_at
    where (excluded.source = 'xe', excluded.observed_at, excluded.fetched_at, excluded.event_id)
        > (daily_rates.source = 'xe', daily_rates.observed_at, daily_rates.fetched_at,
           daily_rates.event_id)
  returning 1
)
select (select count(*) from observations)::int as inserted,
       (select count(*) from days)::int as updated_days,
       (select array_agg(event_id::text) from voided) as voided,
       announce('rates')::text as announced
