-- Puts the rows of release 1.0.0 that set_aside.sql has copied into the tables of now.
alter table old_runs rename column answer to response_body;
alter table old_runs rename column look_at to recheck_at;
alter table old_xe_quota rename to old_quotas;
alter table old_breakers add column credentials text default 'simulator';
alter table old_quotas add column credentials text default 'simulator';
-- State of unknown credentials is dropped; the next response from XE restores it at no cost.
delete from old_breakers where source = 'xe';
delete from old_quotas where source = 'xe';
update old_rejected_rows set outcome = 'rejected' where outcome = 'set_aside';
-- Release 1.0.0 stored rates that are ahead of time; new ones are refused.
alter table rate_observations drop constraint rate_observations_not_ahead;

do $$
declare
  name text;
  columns text;
begin
  foreach name in array array[
    'rate_observations', 'daily_rates', 'stream_partitions', 'stream_records',
    'stream_group_offsets', 'dead_letters', 'backfills', 'runs', 'breakers', 'quotas',
    'loan_book', 'rejected_rows', 'borrowers', 'loans', 'payment_schedule', 'loan_payments',
    'branches', 'loan_branches', 'borrower_names'
  ] loop
    -- The columns that both have.
    select string_agg(quote_ident(attname), ', ') into columns
    from pg_attribute new
    join pg_attribute old using (attname)
    where new.attrelid = name::regclass and old.attrelid = ('old_' || name)::regclass
      and new.attnum > 0 and not new.attisdropped and new.attgenerated = '';
    execute format('insert into %1$I (%2$s) overriding system value select %2$s from old_%1$I',
                   name, columns);
  end loop;
end $$;
select setval(pg_get_serial_sequence('rate_observations', 'seq'), max(seq))
from rate_observations having max(seq) is not null;
select setval(pg_get_serial_sequence('dead_letters', 'id'), max(id))
from dead_letters having max(id) is not null;
alter table rate_observations add constraint rate_observations_not_ahead
  check (observed_at <= fetched_at + interval '1 day') not valid;

update runs set state = 'retrying'
where state = 'due' and ended_at is not null and error is not null;
update runs
set failure_code = 'dead_letter', dead_letter_id = substring(error from '\d+$')::bigint
where state = 'failed' and error like 'dead letter %';
update runs set outcome = case when missing = '{}' then 'ok' else 'partial' end
where state = 'confirmed';
update dead_letters
set reason_code = lower(regexp_replace(reason, '[^A-Za-z0-9]+', '_', 'g')),
    redrive_error_code = lower(regexp_replace(
      split_part(redrive_error, ':', 1), '[^A-Za-z0-9]+', '_', 'g'));
update loan_book
set is_sample = source = 'sample',
    notes = case when source = 'sample' then '[{"code": "sample"}]' else '[]' end::jsonb,
    files = (select jsonb_agg(file - 'set_aside'
               || jsonb_build_object('rejected', file -> 'set_aside', 'warned', 0, 'ignored', 0))
             from jsonb_array_elements(files) as file);
select refresh_allocation();
