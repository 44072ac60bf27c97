-- Observations of any day by when they were stored, newest first.
select event_id, run_id, source, base, quote, rate, inverse, rate_date, observed_at, fetched_at,
       stored_at, difference, diverges
from observations
where quote = any(:quotes)
order by stored_by desc, seq desc
limit :limit
