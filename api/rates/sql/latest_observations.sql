-- Observations of any day by when they were stored, newest first.
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
where quote = any(:quotes)
order by stored_by desc, seq desc
limit :limit
