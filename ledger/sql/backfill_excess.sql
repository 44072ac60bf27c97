-- What the open pages of unfinished backfills cost beyond the accepted cost.
select coalesce(sum(needed - accepted_cost), 0)::int as rates
from (
  select accepted_cost,
         sum(cost) + sum(price) filter (where state in ('due', 'claimed', 'retrying')) as needed
  from backfills
  join runs using (backfill_id)
  where backfills.source = :source and not first_start
  group by backfill_id, accepted_cost
  having bool_or(state in ('due', 'claimed', 'retrying'))
) unfinished
where needed > accepted_cost
