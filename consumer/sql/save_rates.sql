-- Stores every event once, and the highest-ranked rate of each pair and day. Writes nothing at all
-- when one of the events is voided: the caller leaves it out and repeats. Rank: best source,
-- then newest; newestPerDay has the same order. An unknown source is added with the lowest rank of
-- real ones. Rates of outranked sources are kept to be compared.
with rates as materialized (
  select r.position, r.event_id, run.run_id, run.source, r.base_currency, r.quote_currency, r.mid,
         run.observed_at, run.fetched_at
  from unnest(:event_ids::uuid[], :bases::text[], :quotes::text[], :mids::numeric[], :runs::int[])
       with ordinality as r (event_id, base_currency, quote_currency, mid, run, position)
  join unnest(:run_ids::text[], :sources::text[], :observed::timestamptz[], :fetched::timestamptz[])
       with ordinality as run (run_id, source, observed_at, fetched_at, run) using (run)
), unknown as materialized (
  select distinct source from unnest(:sources::text[]) as batch (source)
  where not exists (select from sources where name = source)
), added as (
  insert into sources (name, rank, title)
  select source, 900, source from unknown
  on conflict do nothing
), second as materialized (
  select name from (select distinct unnest(:sources::text[])) as batch (name)
  where is_second_source(name)
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
    where case when excluded.source = daily_rates.source then 0
               else source_rank(daily_rates.source) - source_rank(excluded.source) end > 0
       or (excluded.source = daily_rates.source
           or source_rank(daily_rates.source) = source_rank(excluded.source))
          and (excluded.observed_at, excluded.fetched_at, excluded.event_id)
            > (daily_rates.observed_at, daily_rates.fetched_at, daily_rates.event_id)
  returning 1
), seconds as (
  insert into second_rates (event_id, source, base_currency, quote_currency, mid, observed_at,
                            fetched_at, rate_date)
  select distinct on (base_currency, quote_currency, (observed_at at time zone 'UTC')::date, source)
         event_id, source, base_currency, quote_currency, mid, observed_at, fetched_at,
         (observed_at at time zone 'UTC')::date
  from rates
  where source in (select name from second) and not exists (select from voided)
  order by base_currency, quote_currency, (observed_at at time zone 'UTC')::date, source,
           observed_at desc, fetched_at desc, event_id desc
  on conflict on constraint second_rates_pkey do update
    set event_id = excluded.event_id, mid = excluded.mid, observed_at = excluded.observed_at,
        fetched_at = excluded.fetched_at
    where (excluded.observed_at, excluded.fetched_at, excluded.event_id)
        > (second_rates.observed_at, second_rates.fetched_at, second_rates.event_id)
)
select (select count(*) from observations)::int as inserted,
       (select count(*) from days)::int as updated_days,
       (select array_agg(event_id::text) from voided) as voided,
       (select array_agg(source) from unknown) as unknown,
       announce('rates')::text as announced
