-- Upgrades a database of release 1.0.0 to the baseline of this folder. platform/migrate.ts runs it
-- in one transaction and then records the baseline as applied. The upgrade test runs it on a dump
-- of such a database and compares rows and schema.

-- schema scope
create function announce(channel text, payload text default '') returns void
  language sql volatile as $$ select pg_notify(current_schema() || '.' || channel, payload) $$;
create function lock_key(name text) returns int
  language sql stable as $$ select hashtext(current_schema() || '.' || name) $$;

create or replace function announce_run() returns trigger language plpgsql as $$
begin
  perform announce('runs', new.run_id::text);
  return null;
end $$;
create or replace function announce_rates() returns trigger language plpgsql as $$
begin
  perform announce('rates');
  return null;
end $$;

-- run codes
alter table runs rename column answer to response_body;
alter table runs rename column look_at to recheck_at;
alter table runs
  add column failure_code        text,
  add column failure_detail      jsonb,
  add column dead_letter_id      bigint,
  add column outcome             text
             constraint runs_outcome check (outcome in ('ok', 'partial', 'no_newer_rate')),
  add column blocked_credentials text,
  add column abandoned_claims    integer not null default 0,
  add column observed_from       timestamptz,
  add column observed_to         timestamptz,
  drop constraint runs_state,
  add constraint runs_state check (state in
    ('due', 'claimed', 'fetched', 'published', 'confirmed', 'retrying', 'failed', 'skipped'));

update runs set state = 'retrying'
 where state = 'due' and ended_at is not null and error is not null;
update runs
   set failure_code = 'dead_letter', dead_letter_id = substring(error from '\d+$')::bigint
 where state = 'failed' and error like 'dead letter %';
update runs set outcome = case when missing = '{}' then 'ok' else 'partial' end
 where state = 'confirmed';

drop index runs_one_open_request, runs_open;
create unique index runs_one_open_request on runs (source)
  where trigger = 'manual' and state in ('due', 'claimed', 'fetched', 'retrying');
create index runs_open on runs (source, next_attempt_at)
  where state in ('due', 'claimed', 'fetched', 'published', 'retrying');
-- State of unknown credentials is dropped; the next response from XE restores it at no cost.
delete from breakers where source = 'xe';
alter table breakers
  add column credentials text not null default 'simulator',
  add column probe_at    timestamptz,
  drop constraint breakers_pkey,
  add constraint breakers_pkey primary key (source, credentials);
alter table breakers alter column credentials drop default;

delete from xe_quota where source = 'xe';
alter table xe_quota
  add column credentials text not null default 'simulator',
  drop constraint xe_quota_pkey,
  add constraint xe_quota_pkey primary key (source, credentials);
alter table xe_quota alter column credentials drop default;

create table schedules (
  source         text        not null,
  cron           text        not null,
  zone           text        not null,
  in_force_since timestamptz not null,
  last_seen_at   timestamptz not null,
  constraint schedules_pkey primary key (source, cron, zone)
);

-- service settings
alter table services add column settings jsonb not null default '{}';

-- run price
alter table runs add column price integer not null
  generated always as (cardinality(currencies) * coalesce(last_day - first_day + 1, 1)) stored;

-- events and dead letters
alter table rate_observations drop constraint rate_observations_pkey;
alter table rate_observations add constraint rate_observations_pkey
  primary key (observed_at, base_currency, quote_currency, event_id);
drop index rate_observations_by_time;
alter table rate_observations add constraint rate_observations_not_ahead
  check (observed_at <= fetched_at + interval '1 day') not valid;

create table voided_events (
  id             bigint      generated always as identity
                 constraint voided_events_pkey primary key,
  event_id       uuid        not null,
  run_id         text        not null,
  source         text        not null,
  base_currency  text        collate "C" not null,
  quote_currency text        collate "C" not null,
  mid            numeric     not null,
  observed_at    timestamptz not null,
  fetched_at     timestamptz not null,
  reason         text        not null constraint voided_events_reason check (reason <> ''),
  voided_by      text        not null,
  voided_at      timestamptz not null default now(),
  restored_by    text,
  restored_at    timestamptz,
  constraint voided_events_restored check ((restored_by is null) = (restored_at is null))
);
create unique index voided_events_in_force on voided_events (event_id)
  where restored_at is null;

alter table dead_letters
  alter column record_timestamp drop not null,
  add column reason_code        text not null default 'internal_error',
  add column redrive_error_code text,
  add column closed_at          timestamptz;
update dead_letters set
  reason_code = lower(regexp_replace(reason, '[^A-Za-z0-9]+', '_', 'g')),
  redrive_error_code = lower(regexp_replace(
    split_part(redrive_error, ':', 1), '[^A-Za-z0-9]+', '_', 'g'));

create table consumer_positions (
  topic          text        not null,
  partition      integer     not null,
  consumer_group text        not null,
  next_offset    bigint      not null,
  noted_at       timestamptz not null default now(),
  constraint consumer_positions_pkey primary key (topic, consumer_group, partition)
);

-- loan book rules
drop trigger payment_schedule_inserted on payment_schedule;
drop trigger payment_schedule_updated on payment_schedule;
drop trigger payment_schedule_deleted on payment_schedule;
drop trigger payment_schedule_truncated on payment_schedule;
drop trigger loan_payments_inserted on loan_payments;
drop trigger loan_payments_updated on loan_payments;
drop trigger loan_payments_deleted on loan_payments;
drop trigger loan_payments_truncated on loan_payments;
drop function keep_allocation();
drop view allocation;
-- Lenders number the instalments and payments of each loan 1, 2, 3.
alter table payment_schedule drop constraint payment_schedule_pkey;
alter table payment_schedule
add constraint payment_schedule_pkey primary key (loan_id, schedule_id);
drop index payment_schedule_by_loan;
alter table loan_payments drop constraint loan_payments_pkey;
alter table loan_payments add constraint loan_payments_pkey primary key (loan_id, payment_id);
drop index loan_payments_by_loan;

alter table loans
alter column downpayment drop not null,
alter column payment_frequency drop not null,
alter column maturity_date drop not null,
add column currency text constraint loans_currency check (currency ~ '^[A-Z]{3}$');

alter table loan_payments
add column status text not null default 'received'
  constraint loan_payments_status check (status in ('received', 'voided', 'reversal')),
add column voids_payment_id text collate "C",
drop constraint loan_payments_amount,
add constraint loan_payments_amount check ((amount_paid > 0) = (status <> 'reversal')),
add constraint loan_payments_voids
  check ((voids_payment_id is not null) = (status = 'reversal'));
alter table loan_book
add column is_sample boolean not null default false,
add column tolerance numeric(18,4) not null default 0
  constraint loan_book_tolerance check (tolerance >= 0),
add column affected_loans integer not null default 0,
add column notes jsonb not null default '[]';
update loan_book
set is_sample = source = 'sample',
  notes = case when source = 'sample' then '[{"code": "sample"}]' else '[]' end::jsonb,
  files = (select jsonb_agg(file - 'set_aside'
             || jsonb_build_object('rejected', file -> 'set_aside', 'warned', 0, 'ignored', 0))
           from jsonb_array_elements(files) as file);
alter table rejected_rows drop constraint rejected_rows_outcome;
update rejected_rows set outcome = 'rejected' where outcome = 'set_aside';
alter table rejected_rows
add constraint rejected_rows_outcome
  check (outcome in ('rejected', 'warned', 'ignored', 'duplicate', 'repaired')),
add column code text,
add column rows integer not null default 1;

-- allocation by load
create view allocation as
with instalment as (
select loan_id, schedule_id, expected_payment_date as due_date,
       expected_payment_amount as amount,
       row_number() over oldest_first as instalment_number,
       sum(expected_payment_amount) over oldest_first as expected_to_date
from payment_schedule
window oldest_first as (partition by loan_id order by expected_payment_date, schedule_id
                        rows unbounded preceding)
)
, needed as (
select *, expected_to_date - coalesce((select tolerance from loan_book), 0) as money_needed
from instalment
)
, payment as (
select loan_id, date_paid,
       sum(amount_paid) over (partition by loan_id order by date_paid, payment_id
                              rows unbounded preceding) as paid_to_date
from loan_payments
where status = 'received'
)
-- By money: the payment that brings the total up to what an instalment needs is the next one
-- in this order, or there is none.
, covered as (
select loan_id, schedule_id, due_date, amount, instalment_number, expected_to_date,
       case when money <= 0 then '-infinity'
            else min(date_paid) over (partition by loan_id
                                      order by money desc, schedule_id nulls first
                                      rows unbounded preceding)
       end as date_covered
from (
  select loan_id, money_needed as money, schedule_id, due_date, amount, instalment_number,
         expected_to_date, cast(null as date) as date_paid
  from needed
  union all
  select loan_id, paid_to_date, null, null, null, null, null, date_paid
  from payment
) by_money
)
select loan_id, cast(instalment_number as integer) as instalment_number, schedule_id, due_date,
     amount, cast(expected_to_date as numeric(38, 4)) as expected_to_date, date_covered,
     greatest(due_date, case when instalment_number > 1 then
       coalesce(lag(date_covered) over (partition by loan_id order by instalment_number),
                'infinity') end) as counted_from
from covered
where schedule_id is not null;

create function refresh_allocation() returns void language sql as $$
delete from allocated_instalments;
insert into allocated_instalments select * from allocation;
$$;

-- suspect and future rates
create or replace view rates as
select d.rate_date, d.base_currency, d.quote_currency, d.source, d.mid,
       round(1.000000000000000000000000000000 / d.mid, 18) as inverse,
       d.observed_at, d.fetched_at, d.event_id,
       coalesce((
         select abs(d.mid - earlier.mid) > 0.2 * earlier.mid
         from daily_rates earlier
         where earlier.base_currency = d.base_currency
           and earlier.quote_currency = d.quote_currency
           and earlier.source = d.source
           and earlier.rate_date between d.rate_date - 7 and d.rate_date - 1
         order by earlier.rate_date desc
         limit 1
       ), false) as suspect
from daily_rates d
where (d.source = 'xe' or not exists (select from daily_rates real where real.source = 'xe'))
  and d.rate_date <= (select (ledger_now() at time zone 'UTC')::date + 1);
