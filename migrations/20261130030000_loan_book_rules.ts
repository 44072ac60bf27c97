import type { Knex } from 'knex';

/**
 * The loan book's strict rules: keys per loan, a loan's own currency, reversals, a tolerance, and
 * what every report has to say about the book.
 */
export async function up(knex: Knex): Promise<void> {
  for (const statements of [NO_TRIGGERS, KEYS_AND_COLUMNS, BOOK, PROBLEMS])
    await knex.raw(statements);
}

export async function down(knex: Knex): Promise<void> {
  for (const statements of [OLD_PROBLEMS_AND_BOOK, OLD_KEYS_AND_COLUMNS, OLD_ALLOCATION])
    await knex.raw(statements);
  for (const table of ['payment_schedule', 'loan_payments'])
    await knex.raw(`
      create trigger ${table}_inserted after insert on ${table} referencing new table as new_rows
        for each statement execute function keep_allocation();
      create trigger ${table}_updated after update on ${table}
        referencing old table as old_rows new table as new_rows
        for each statement execute function keep_allocation();
      create trigger ${table}_deleted after delete on ${table} referencing old table as old_rows
        for each statement execute function keep_allocation();
      create trigger ${table}_truncated after truncate on ${table}
        for each statement execute function keep_allocation();
    `);
}

const NO_TRIGGERS = `
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
`;

const KEYS_AND_COLUMNS = `
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
  comment on column loans.currency is
    'ISO 4217 code in loan.csv, null when it has none. A loan''s currency is
coalesce(loans.currency, branches.currency)';

  alter table loan_payments
    add column status text not null default 'received'
      constraint loan_payments_status check (status in ('received', 'voided', 'reversal')),
    add column voids_payment_id text collate "C",
    drop constraint loan_payments_amount,
    add constraint loan_payments_amount check ((amount_paid > 0) = (status <> 'reversal')),
    add constraint loan_payments_voids
      check ((voids_payment_id is not null) = (status = 'reversal'));
  comment on column loan_payments.status is
    'Only received counts, in every figure and on every as-of day. voided: reversed later, as if
never received. reversal: the negative row that voided it';
  comment on column loan_payments.voids_payment_id is
    'on a reversal: the payment_id of the same loan that it voids';
`;

const BOOK = `
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
  comment on column loan_book.source is 'sample, or the folder the book was loaded from';
  comment on column loan_book.is_sample is
    'the sample book: every report and page marks it as SAMPLE';
  comment on column loan_book.tolerance is
    'Money missing up to this much counts as paid: an instalment is covered when what came in
falls short of the sum due by no more, and a loan is settled when no more is outstanding';
  comment on column loan_book.files is
    '[{file, read, loaded, repaired, warned, duplicates, ignored, rejected}] in rows.
read = loaded + duplicates + ignored + rejected; repaired and warned rows are loaded rows';
  comment on column loan_book.affected_loans is
    'loans that lost a row: their own, an instalment or a payment was rejected';
  comment on column loan_book.notes is
    'What every report says about this book, as codes and counts: [{code, count, …}].
sample;
tolerance {amount};
rejected_rows {count, files: {file: rows}, loans: affected loans};
no_schedule {count: loans without instalments: outstanding null, not in PAR};
schedule_below_principal {count: loans whose instalments add up to less than LoanAmount};
schedule_above_principal {count: loans whose instalments hold interest};
term_differs {count: loans with another number of instalments than Term};
before_release {count: instalments and payments dated before their loan''s release};
voided_payments {count: payments voided by a reversal}';
`;

const PROBLEMS = `
  alter table rejected_rows drop constraint rejected_rows_outcome;
  update rejected_rows set outcome = 'rejected' where outcome = 'set_aside';
  alter table rejected_rows
    add constraint rejected_rows_outcome
      check (outcome in ('rejected', 'warned', 'ignored', 'duplicate', 'repaired')),
    add column code text,
    add column rows integer not null default 1;
  comment on column rejected_rows.outcome is
    'rejected, duplicate, ignored: the row is not in the book. repaired: it is, changed as the
reason says. warned: it is, and a person should look at it';
  comment on column rejected_rows.code is
    'what kind of problem it is; null when loaded before there were codes';
  comment on column rejected_rows.rows is
    'rows this entry stands for: routine rounding is one entry a file';
`;

const OLD_PROBLEMS_AND_BOOK = `
update rejected_rows set outcome = 'set_aside' where outcome in ('rejected', 'ignored');
  delete from rejected_rows where outcome = 'warned';
  alter table rejected_rows
    drop constraint rejected_rows_outcome,
    add constraint rejected_rows_outcome
      check (outcome in ('set_aside', 'duplicate', 'repaired')),
    drop column code,
    drop column rows;

  update loan_book
  set files = (select jsonb_agg(file - 'rejected' - 'warned' - 'ignored'
                 || jsonb_build_object('set_aside', file -> 'rejected'))
               from jsonb_array_elements(files) as file);
  alter table loan_book
    drop column is_sample, drop column tolerance, drop column affected_loans, drop column notes;
`;

const OLD_KEYS_AND_COLUMNS = `
  -- The older schema knows no reversals: what was voided was never received.
  delete from loan_payments where status <> 'received';
  alter table loan_payments
    drop constraint loan_payments_amount,
    drop column status,
    drop column voids_payment_id,
    add constraint loan_payments_amount check (amount_paid > 0);

  update loans
  set downpayment = coalesce(downpayment, 0),
      payment_frequency = coalesce(payment_frequency, 0),
      maturity_date = coalesce(maturity_date, date_of_release);
  alter table loans
    alter column downpayment set not null,
    alter column payment_frequency set not null,
    alter column maturity_date set not null,
    drop column currency;

  alter table payment_schedule
    drop constraint payment_schedule_pkey,
    add constraint payment_schedule_pkey primary key (schedule_id);
  create index payment_schedule_by_loan on payment_schedule (loan_id, expected_payment_date);
  alter table loan_payments
    drop constraint loan_payments_pkey,
    add constraint loan_payments_pkey primary key (payment_id);
  create index loan_payments_by_loan on loan_payments (loan_id, date_paid);
`;

const OLD_ALLOCATION = `
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
  , payment as (
    select loan_id, date_paid,
           sum(amount_paid) over (partition by loan_id order by date_paid, payment_id
                                  rows unbounded preceding) as paid_to_date
    from loan_payments
  )
  , covered as (
    select loan_id, schedule_id, due_date, amount, instalment_number, expected_to_date,
           case when expected_to_date = 0 then '-infinity'
                else min(date_paid) over (partition by loan_id
                                          order by so_far desc, schedule_id nulls first
                                          rows unbounded preceding)
           end as date_covered
    from (
      select loan_id, expected_to_date as so_far, schedule_id, due_date, amount,
             instalment_number, expected_to_date, cast(null as date) as date_paid
      from instalment
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

  create function keep_allocation() returns trigger language plpgsql as $$
  declare
    changed text[];
  begin
    if tg_op = 'TRUNCATE' then
      delete from allocated_instalments;
      insert into allocated_instalments select * from allocation;
      return null;
    end if;
    if tg_op = 'INSERT' then
      changed := array(select distinct loan_id from new_rows);
    elsif tg_op = 'DELETE' then
      changed := array(select distinct loan_id from old_rows);
    else
      changed := array(select loan_id from new_rows union select loan_id from old_rows);
    end if;
    perform from loans where loan_id = any(changed) order by loan_id for no key update;
    delete from allocated_instalments where loan_id = any(changed);
    insert into allocated_instalments select * from allocation where loan_id = any(changed);
    return null;
  end $$;
  delete from allocated_instalments;
  insert into allocated_instalments select * from allocation;
`;
