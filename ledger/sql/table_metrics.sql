-- What tables know better than any process; null where nothing is known.
select
  (select coalesce(sum(coalesce(skipped_count, 1)), 0)::int
     from runs
    where source = :source and slot is not null and state in ('failed', 'skipped')) as missed_slots,
  (select extract(epoch from max(fetched_at))::float8
     from runs
    where source = :source and state = 'confirmed' and trigger <> 'backfill'
      and outcome is distinct from 'no_newer_rate') as last_success
