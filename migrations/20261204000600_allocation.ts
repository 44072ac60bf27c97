import type { Knex } from 'knex';

/**
 * Which day each instalment was covered on. It depends on the book and on no as-of day, so it is
 * computed once per load: the view is the rule, the table its result (docs/adr/0010).
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(VIEW);
  await knex.raw(TABLE);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop function refresh_allocation();
    drop table allocated_instalments;
    drop view allocation;
  `);
}

// width_bucket counts the sums that are at most the given amount. Given half of the smallest amount
// less, it counts the sums below what is needed: the payment after those covers the instalment.
const VIEW = `
  create view allocation as
  with instalment as (
    select loan_id, schedule_id, expected_payment_date as due_date,
           cast(expected_payment_amount as numeric) as amount,
           row_number() over oldest_first as instalment_number,
           sum(expected_payment_amount) over oldest_first as expected_to_date
    from payment_schedule
    window oldest_first as (partition by loan_id order by expected_payment_date, schedule_id
                            rows unbounded preceding)
  )
  , paid as (
    select loan_id, array_agg(date_paid order by date_paid, payment_id) as days,
           array_agg(paid_to_date order by date_paid, payment_id) as sums
    from (
      select loan_id, date_paid, payment_id,
             sum(amount_paid) over (partition by loan_id order by date_paid, payment_id
                                    rows unbounded preceding) as paid_to_date
      from loan_payments
      where status = 'received'
    ) as payment
    group by loan_id
  )
  , needed as (
    select *, expected_to_date - coalesce((select tolerance from loan_book), 0) as money_needed
    from instalment
  )
  select loan_id, cast(instalment_number as integer) as instalment_number, schedule_id, due_date,
         amount, cast(expected_to_date as numeric(38, 4)) as expected_to_date,
         case when money_needed <= 0 then '-infinity'
              else days[width_bucket(money_needed - 0.00005, sums) + 1] end as date_covered,
         greatest(due_date,
                  case when instalment_number = 1 or money_needed <= amount then due_date
                       else coalesce(days[width_bucket(money_needed - amount - 0.00005, sums) + 1],
                                     'infinity') end) as counted_from
  from needed
  left join paid using (loan_id);
  comment on view allocation is
    'the rule: money received fills the oldest instalment first, within loan_book.tolerance';
`;

const TABLE = `
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
    'The view allocation as of the last load or refresh_allocation(). After editing
payment_schedule, loan_payments or loan_book.tolerance by SQL, call refresh_allocation().
A loan without a row here has no schedule: status no_schedule';
  comment on column allocated_instalments.expected_to_date is
    'the sum of this and all older instalments of the loan';
  comment on column allocated_instalments.date_covered is
    'The first day at whose close the money received came to expected_to_date less the tolerance;
null if it never has, -infinity if nothing is needed';
  comment on column allocated_instalments.counted_from is
    'from this day on, days short are not counted by an older instalment: the due date, or the day
on which the previous instalment was covered, if that is later';

  create function refresh_allocation() returns void language sql as $$
    delete from allocated_instalments;
    insert into allocated_instalments select * from allocation;
  $$;
  comment on function refresh_allocation() is
    'Computes allocated_instalments for the whole book. The load calls it; call it after editing
the book by SQL';

  select refresh_allocation();
`;
