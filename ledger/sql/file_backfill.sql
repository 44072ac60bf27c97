-- Files a backfill with the cost that was accepted; no row when a first start has filed one.
insert into backfills (source, accepted_cost, first_start)
values (:source, :acceptedCost, :firstStart)
on conflict do nothing
returning backfill_id
