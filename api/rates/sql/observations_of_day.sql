-- Every observation of a UTC day, oldest first, after the row (:time, :quote, :event), and how far
-- one of another source is from the rate of the day.
select event_id, run_id, source, base, quote, rate, inverse, rate_date, observed_at, fetched_at,
       stored_at, case when source <> used then round((rate - mid) / mid, 8) end as difference,
       coalesce(case when source <> used
                     then abs(rate - mid) > mid * (select tolerance from quality_settings)
                     else is_contradicted end, false) as diverges
from observations o
left join lateral (
  select r.source as used, r.mid, r.diverges and r.event_id = o.event_id as is_contradicted
  from rates r
  where r.base_currency = o.base and r.quote_currency = o.quote and r.rate_date = o.rate_date
) day on true
where observed_at >= :day::timestamp at time zone 'UTC'
  and observed_at < (:day::timestamp + interval '1 day') at time zone 'UTC'
  and quote = any(:quotes)
  and (:time::timestamptz is null
    or (observed_at, quote, event_id) > (:time::timestamptz, :quote::text, :event::uuid))
order by observed_at, quote, event_id
limit :limit
