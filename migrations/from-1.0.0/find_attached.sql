-- What others attached to the tables of release 1.0.0: it would be dropped with them.
with relation (name, columns) as (
  values ('rate_observations', 11), ('daily_rates', 8), ('stream_partitions', 3),
         ('stream_records', 7), ('stream_group_offsets', 4), ('dead_letters', 15), ('backfills', 5),
         ('runs', 33), ('breakers', 5), ('xe_quota', 11), ('loan_book', 4), ('rejected_rows', 6),
         ('borrowers', 6), ('loans', 9), ('payment_schedule', 4), ('loan_payments', 4),
         ('branches', 3), ('loan_branches', 2), ('borrower_names', 2),
         ('allocated_instalments', 8), ('services', 5), ('allocation', null),
         ('observations', null), ('rate_pairs', null), ('rates', null)
), ours as (
  select pg_class.oid, relname, relowner, relacl, columns
  from relation
  join pg_class on relname = name and relnamespace = current_schema()::regnamespace
)
select 'view ' || oid::regclass as attached
from pg_class
where oid in (
  select ev_class from pg_rewrite join pg_depend on objid = pg_rewrite.oid
  where classid = 'pg_rewrite'::regclass and refobjid in (select oid from ours)
) and oid not in (select oid from ours)
union
select 'publication ' || pubname
from pg_publication_rel
join pg_publication on pg_publication.oid = prpubid
join ours on ours.oid = prrelid
union
select format('grant on %s to %s', relname, case when grantee = 0 then 'public'
                                                 else pg_get_userbyid(grantee) end)
from ours, aclexplode(relacl) as grants
where grantee <> relowner
  and (grantee = 0 or pg_get_userbyid(grantee) not in ('fx_rates_write', 'fx_rates_read'))
union
select format('trigger %s on %s', tgname, relname)
from pg_trigger
join ours on ours.oid = tgrelid
join pg_proc on pg_proc.oid = tgfoid
where not tgisinternal and proname not in ('keep_allocation', 'announce_rates', 'announce_run')
union
select format('policy %s on %s', polname, relname)
from pg_policy
join ours on ours.oid = polrelid
union
select 'columns added to ' || relname
from ours
where columns < (select count(*) from pg_attribute
                 where attrelid = ours.oid and attnum > 0 and not attisdropped)
order by attached
