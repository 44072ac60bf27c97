-- The elements of GET /v1/rates, one per currency and day, oldest first. Written as text by
-- Postgres: a JavaScript number would lose digits, and 25,000 rows would keep the API's thread
-- busy. A row per year: for one of 5 MB the driver takes several times as much memory. The id is
-- the days since 1970 × 1000 + the currency's ISO 4217 number: stable under replay.
select string_agg(
  '{"id":' || (rate_date - date '1970-01-01') * 1000 + number
  || ',"timestamp":"' || replace(left(instant::text, -3), ' ', 'T') || 'Z'
  || '","currency_from":"' || base_currency
  || '","USD_to_currency_rate":' || inverse
  || ',"currency_to_USD_rate":' || mid
  || ',"currency_to":"' || quote_currency || '"}',
  ',' order by rate_date, quote_currency
) as elements
from rates
join unnest(:currencies::text[], :numbers::int[]) as iso (code, number) on code = quote_currency
cross join lateral (
  select case when (fetched_at at time zone 'UTC')::date = rate_date then fetched_at
              else observed_at end as instant
) timed
where base_currency = 'USD'
group by extract(year from rate_date)
order by extract(year from rate_date)
