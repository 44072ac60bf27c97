-- One row: the ledger's time, what was spent today in rates, and how many runs have not ended.
select
  ledger_now() as now,
  (select coalesce(sum(cost), 0)::int
     from runs
    where source = :source and cost > 0 and trigger <> 'backfill'
      and cost_at >= date_trunc('day', ledger_now(), 'UTC')) as spent_today,
  (select count(*)::int
     from runs
    where source = :source
      and state in ('due', 'claimed', 'fetched', 'published', 'retrying')) as open_count
