-- Every observation of a UTC day, oldest first, after the row (:time, :quote, :event).
select event_id, run_id, source, base, quote, rate, inverse, rate_date, observed_at, fetched_at,
       stored_at, difference, diverges
from observations
where observed_at >= :day::timestamp at time zone 'UTC'
  and observed_at < (:day::timestamp + interval '1 day') at time zone 'UTC'
  and quote = any(:quotes)
  and (:time::timestamptz is null
    or (observed_at, quote, event_id) > (:time::timestamptz, :quote::text, :event::uuid))
order by observed_at, quote, event_id
limit :limit
