-- Runs of the newest backfill by state; no row when none was requested.
select count(*)::int as runs,
       (count(*) filter (where state = 'confirmed'))::int as confirmed,
       (count(*) filter (where state in ('failed', 'skipped')))::int as failed,
       coalesce(sum(cost), 0)::int as cost
from runs
where backfill_id = (
  select backfill_id from backfills where source = :source order by asked_at desc limit 1
)
having count(*) > 0
