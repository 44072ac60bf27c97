-- Raises the accepted cost of unfinished backfills to what their open pages need.
update backfills b
set accepted_cost = unfinished.needed
from (
  select backfill_id, accepted_cost,
         sum(cost) + sum(price) filter (where state in ('due', 'claimed', 'retrying')) as needed
  from backfills
  join runs using (backfill_id)
  where backfills.source = :source and not first_start
  group by backfill_id, accepted_cost
  having bool_or(state in ('due', 'claimed', 'retrying'))
) unfinished
where unfinished.backfill_id = b.backfill_id and unfinished.needed > b.accepted_cost
