-- Moves an event out of the observations, with who did it and why, and takes its rate off its day.
with voided as (
  delete from rate_observations where event_id = :event_id
  returning event_id, run_id, source, base_currency, quote_currency, mid, observed_at, fetched_at
), recorded as (
  insert into voided_events (event_id, run_id, source, base_currency, quote_currency, mid,
                             observed_at, fetched_at, reason, voided_by)
  select event_id, run_id, source, base_currency, quote_currency, mid, observed_at, fetched_at,
         :reason, :by
  from voided
), compared as (
  delete from second_rates s using voided v where s.event_id = v.event_id
), removed as (
  delete from daily_rates d using voided v where d.event_id = v.event_id
  returning d.base_currency, d.quote_currency, d.rate_date
)
select event_id::text, run_id, source, base_currency, quote_currency, mid::text, observed_at,
       fetched_at
from voided
