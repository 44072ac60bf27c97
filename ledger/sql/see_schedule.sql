-- Notes that a schedule is in force now, and since when.
insert into schedules (source, cron, zone, in_force_since, last_seen_at)
values (:source, :cron, :zone, :since, :now)
on conflict on constraint schedules_pkey do update
set in_force_since = excluded.in_force_since, last_seen_at = excluded.last_seen_at
