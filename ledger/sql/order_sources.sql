-- Puts the ranks of sources in the order of :names. Returns those that changed.
update sources s
set rank = sorted.rank
from unnest(:names::text[]) with ordinality as given (name, position)
join (
  select rank, row_number() over (order by rank, array_position(:names::text[], name)) as position
  from sources where name = any(:names::text[])
) sorted using (position)
where s.name = given.name and s.rank <> sorted.rank
returning s.name, s.rank
