-- The ledger's time, where rates come from, and whether a real rate and a second one are stored.
select ledger_now() as now,
       exists (
         select from sources real
         where not real.simulated
           and exists (select from daily_rates r where r.source = real.name)) as has_real,
       exists (select from second_rates) as has_second,
       (select json_agg(json_build_object(
                 'name', name, 'title', title, 'rank', rank, 'simulated', simulated)
                 order by rank, name)
        from sources) as sources
