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
  select pg_class.oid, relname, relowner, relacl, relrowsecurity, columns
  from relation
  join pg_class on relname = name and relnamespace = current_schema()::regnamespace
), known (name) as (
  values ('backfills_accepted_cost'), ('backfills_one_first_start'), ('backfills_simulated'),
         ('backfills_source'), ('borrower_names_borrower'), ('branches_currency'),
         ('breakers_source'), ('daily_rates_xe'), ('dead_letters_once'), ('dead_letters_open'),
         ('dead_letters_state'), ('loan_book_only_one'), ('loan_branches_by_branch'),
         ('loan_branches_loan'), ('loan_payments_amount'), ('loan_payments_by_loan'),
         ('loan_payments_loan'), ('loans_amounts'), ('loans_borrower'), ('loans_by_borrower'),
         ('payment_schedule_amount'), ('payment_schedule_by_loan'), ('payment_schedule_loan'),
         ('rate_observations_by_time'), ('rate_observations_in_order'), ('rate_observations_mid'),
         ('rate_observations_source'), ('rejected_rows_outcome'), ('runs_answered_by'),
         ('runs_backfill'), ('runs_cost'), ('runs_days'), ('runs_ended'), ('runs_newest'),
         ('runs_of_backfill'), ('runs_one_open_request'), ('runs_one_per_slot'), ('runs_open'),
         ('runs_skipped'), ('runs_skipped_to'), ('runs_source'), ('runs_state'), ('runs_trigger'),
         ('xe_quota_source')
), granted as (
  select relname, relowner, relacl as acl from ours
  union all
  select relname, relowner, attacl from ours join pg_attribute on attrelid = ours.oid
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
from granted, aclexplode(acl) as grants
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
select format('index %s on %s', added.relname, ours.relname)
from pg_index
join ours on ours.oid = indrelid
join pg_class added on added.oid = indexrelid
where not indisprimary and added.relname not in (select name from known)
union
select format('constraint %s on %s', conname, conrelid::regclass)
from pg_constraint
where contype in ('c', 'f') and conname not in (select name from known)
  and (conrelid in (select oid from ours) or confrelid in (select oid from ours))
union
select format('rule %s on %s', rulename, relname)
from pg_rewrite
join ours on ours.oid = ev_class
where rulename <> '_RETURN'
union
select 'row level security of ' || relname from ours where relrowsecurity
union
select 'columns added to ' || relname
from ours
where columns < (select count(*) from pg_attribute
                 where attrelid = ours.oid and attnum > 0 and not attisdropped)
order by attached
