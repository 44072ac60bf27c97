-- Progress of the backfills that were not finished at :since, and of those filed after it.
with pages as (
  select *
  from runs
  where source = :source and trigger = 'backfill'
    -- A page that is retried keeps the end of its last attempt: its state says that it is open.
    and (state not in ('confirmed', 'failed', 'skipped') or ended_at >= :since)
)
select count(*)::int as pages,
       count(*) filter (
         where state in ('due', 'claimed', 'fetched', 'published', 'retrying'))::int as open,
       count(*) filter (where state = 'confirmed')::int as confirmed,
       count(*) filter (where state in ('failed', 'skipped'))::int as failed,
       coalesce(sum(cost), 0)::int as cost,
       array(
         select distinct code from pages cross join unnest(missing) code
         where state = 'confirmed' order by code
       ) as missing,
       coalesce(max(error) filter (where state = 'failed'),
                max(error) filter (where state = 'retrying')) as reason
from pages
