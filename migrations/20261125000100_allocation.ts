import type { Knex } from 'knex';

/**
 * Which day each instalment was covered on, kept with the book. It depends on the whole book and on no as-of day, so every report of
 * every day reads it instead of working through all payments again. The view is the rule; the table is what it came to, and
 * triggers keep it true for the loans that a statement touches.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create view allocation as
    with instalment as (
      select loan_id, schedule_id, expected_payment_date as due_date, expected_payment_amount as amount,
             row_number() over oldest_first as instalment_number,
             sum(expected_payment_amount) over oldest_first as expected_to_date
      from payment_schedule
      window oldest_first as (partition by loan_id order by expected_payment_date, schedule_id rows unbounded preceding)
    )
    , payment as (
      select loan_id, date_paid,
             sum(amount_paid) over (partition by loan_id order by date_paid, payment_id rows unbounded preceding) as paid_to_date
      from loan_payments
    )
    -- By money: the payment that brings the total up to the instalment's is the next one in this order, or there is none.
    , covered as (
      select loan_id, schedule_id, due_date, amount, instalment_number, expected_to_date,
             case when expected_to_date = 0 then '-infinity'
                  else min(date_paid) over (partition by loan_id order by so_far desc, schedule_id nulls first rows unbounded preceding)
             end as date_covered
      from (
        select loan_id, expected_to_date as so_far, schedule_id, due_date, amount, instalment_number, expected_to_date,
               cast(null as date) as date_paid
        from instalment
        union all
        select loan_id, paid_to_date, null, null, null, null, null, date_paid
        from payment
      ) by_money
    )
    select loan_id, cast(instalment_number as integer) as instalment_number, schedule_id, due_date, amount,
           cast(expected_to_date as numeric(38, 4)) as expected_to_date, date_covered,
           greatest(due_date, case when instalment_number > 1 then
             coalesce(lag(date_covered) over (partition by loan_id order by instalment_number), 'infinity') end) as counted_from
    from covered
    where schedule_id is not null;

    create table allocated_instalments (
      loan_id           text          collate "C" not null,
      instalment_number integer       not null,
      schedule_id       text          collate "C" not null,
      due_date          date          not null,
      amount            numeric(18,4) not null,
      expected_to_date  numeric(38,4) not null,
      date_covered      date,
      counted_from      date          not null,
      constraint allocated_instalments_pkey primary key (loan_id, instalment_number)
    );
    comment on table allocated_instalments is
      'the view allocation as it stands: all money received fills the oldest instalment first; kept by triggers, never written by hand';
    comment on column allocated_instalments.expected_to_date is 'the sum of this and all older instalments of the loan';
    comment on column allocated_instalments.date_covered is
      'the first day at whose close the money received came to expected_to_date; null if it never has, -infinity if nothing is expected';
    comment on column allocated_instalments.counted_from is
      'days short from here on are not counted by an older instalment: the due date, or the day the one before was covered, if later';

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
      -- Two who touch one loan at once would each allocate without the other's rows.
      perform from loans where loan_id = any(changed) order by loan_id for no key update;
      delete from allocated_instalments where loan_id = any(changed);
      insert into allocated_instalments select * from allocation where loan_id = any(changed);
      return null;
    end $$;
  `);
  for (const table of ['payment_schedule', 'loan_payments']) {
    await knex.raw(`
      create trigger ${table}_inserted after insert on ${table} referencing new table as new_rows
        for each statement execute function keep_allocation();
      create trigger ${table}_updated after update on ${table} referencing old table as old_rows new table as new_rows
        for each statement execute function keep_allocation();
      create trigger ${table}_deleted after delete on ${table} referencing old table as old_rows
        for each statement execute function keep_allocation();
      create trigger ${table}_truncated after truncate on ${table}
        for each statement execute function keep_allocation();
    `);
  }
  await knex.raw('insert into allocated_instalments select * from allocation');
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['payment_schedule', 'loan_payments'])
    for (const when of ['inserted', 'updated', 'deleted', 'truncated'])
      await knex.raw(`drop trigger ${table}_${when} on ${table}`);
  await knex.raw(
    'drop function keep_allocation(); drop table allocated_instalments; drop view allocation',
  );
}
