-- The ledger's time, the newest slot on file up to then, and the schedules that were in force.
-- Slots ahead of the time are left over from a clock that was ahead; a ledger that has only such
-- is up to date, while an empty one owes a slot.
select now,
       case when exists (select from runs where source = :source and slot is not null) then
         coalesce(greatest(
           (select max(slot) from runs where source = :source and slot <= now),
           (select max(skipped_to) from runs where source = :source and skipped_to <= now)
         ), now)
       end as newest,
       coalesce((
         select jsonb_agg(jsonb_build_object(
                  'cron', cron, 'zone', zone,
                  'in_force_since', in_force_since, 'last_seen_at', last_seen_at))
         from schedules where source = :source
       ), '[]') as schedules
from (select ledger_now() as now) clock
