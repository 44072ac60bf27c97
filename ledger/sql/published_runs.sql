-- Published runs, and failed ones that wait for a dead letter, with what became of their events.
-- Events are looked up by time, which the key of rate_observations follows, and by run.
-- A rate is news unless it is hidden, a newer one had come before, or it repeats a rate that
-- was observed more than a day before it was fetched (a daily package repeats today's).
select r.run_id, r.state, r.missing, cardinality(r.event_ids) as events,
       found.stored + voided.events as stored, found.hidden, found.newer,
       letter.id as dead_letter_id
from runs r
cross join lateral (
  select count(*)::int as stored,
         (count(*) filter (where is_hidden))::int as hidden,
         (count(*) filter (where not is_hidden and not is_older and not is_repeated))::int as newer
  from (
    select o.source in (select name from sources where simulated)
             and exists (
               select from sources real
               where not real.simulated
                 and exists (select from daily_rates x where x.source = real.name)) as is_hidden,
           r.trigger <> 'cross-check' and exists (
             select from daily_rates d
             where d.base_currency = o.base_currency and d.quote_currency = o.quote_currency
               and d.rate_date >= (o.observed_at at time zone 'UTC')::date
               and (r.first_day is null
                    or d.rate_date = (o.observed_at at time zone 'UTC')::date)
               and source_rank(d.source) <= source_rank(o.source)
               and d.observed_at > o.observed_at and d.fetched_at < o.fetched_at
           ) as is_older,
           r.first_day is null
             and o.observed_at < date_trunc('day', o.fetched_at, 'UTC') - interval '1 day'
             and exists (
               select from rate_observations p
               where p.observed_at = o.observed_at and p.base_currency = o.base_currency
                 and p.quote_currency = o.quote_currency and p.event_id <> o.event_id
                 and p.source = o.source and p.fetched_at < o.fetched_at
             ) as is_repeated
    from rate_observations o
    where o.observed_at >= coalesce(r.observed_from, '-infinity')
      and o.observed_at <= coalesce(r.observed_to, 'infinity')
      and o.run_id = r.run_id::text
      and o.event_id = any(r.event_ids)
  ) observed
) found
cross join lateral (
  select count(*)::int as events
  from voided_events v
  where v.event_id = any(r.event_ids) and v.restored_at is null
) voided
left join lateral (
  select min(d.id) as id
  from dead_letters d
  where d.state = 'open' and d.headers ->> 'ce_id' = any(r.event_ids::text[])
) letter on true
where r.source = :source
  and (r.state = 'published' or r.state = 'failed' and r.failure_code = 'dead_letter')
order by r.asked_at
for update of r skip locked
