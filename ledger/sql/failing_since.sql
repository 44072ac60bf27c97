-- The first slot that brought nothing since the last one that did; null when the last one did.
select min(slot) as since
from runs
where source = :source and slot is not null and state not in ('confirmed', 'skipped')
  and slot > coalesce(
    (select max(slot) from runs where source = :source and state = 'confirmed'), '-infinity')
