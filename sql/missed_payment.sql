with as_of(day) as (values (cast(:as_of as date)))
-- One row for each instalment that fell due before the as-of day and was not covered at the close of its due date. Definitions:
-- docs/loan-book.md. One paid on its due date is on time; what came later shows as cleared.
-- psql:    psql -v as_of="'2021-10-15'" -f sql/missed_payment.sql
-- pgAdmin: put a day in quotes, like '2021-10-15', in the place of the parameter in the first line, and run.
, instalment as (
  select loan_id, schedule_id, expected_payment_date as due_date, expected_payment_amount as amount,
         row_number() over oldest_first as instalment_number,
         sum(expected_payment_amount) over oldest_first as expected_so_far
  from payment_schedule
  where expected_payment_date < (select day from as_of)
  window oldest_first as (partition by loan_id order by expected_payment_date, schedule_id rows unbounded preceding)
)
, payment as (
  select loan_id, date_paid, amount_paid,
         sum(amount_paid) over (partition by loan_id order by date_paid, payment_id rows unbounded preceding) as paid_so_far
  from loan_payments
  where date_paid <= (select day from as_of)
)
-- By day: what had been paid by the close of each due date. Payments of a day stand before its instalments: they count for them.
, missed as (
  select *
  from (
    select loan_id, schedule_id, due_date, amount, instalment_number, expected_so_far,
           coalesce(sum(amount_paid) over (partition by loan_id order by day, schedule_id nulls first rows unbounded preceding), 0)
             as paid_by_then
    from (
      select loan_id, due_date as day, schedule_id, due_date, amount, instalment_number, expected_so_far,
             cast(0 as numeric) as amount_paid
      from instalment
      union all
      select loan_id, date_paid, null, null, null, null, null, amount_paid
      from payment
    ) by_day
  ) at_due_date
  where schedule_id is not null and expected_so_far > paid_by_then
)
-- By money: the first payment that brings the total up to the instalment's is the next one in this order, or there is none yet.
, cleared as (
  select *
  from (
    select loan_id, schedule_id, due_date, amount, instalment_number, expected_so_far, paid_by_then,
           min(date_paid) over (partition by loan_id order by so_far desc, schedule_id nulls first rows unbounded preceding)
             as date_cleared
    from (
      select loan_id, expected_so_far as so_far, schedule_id, due_date, amount, instalment_number, expected_so_far, paid_by_then,
             cast(null as date) as date_paid
      from missed
      union all
      select loan_id, paid_so_far, null, null, null, null, null, null, date_paid
      from payment
    ) by_money
  ) next_payment
  where schedule_id is not null
)
, received as (
  select loan_id, max(paid_so_far) as total_amount_paid
  from payment
  group by loan_id
)
select loan_id,
       borrower_id,
       schedule_id,
       cast(instalment_number as integer) as instalment_number,
       due_date,
       amount,
       cast(least(amount, expected_so_far - paid_by_then) as numeric(18, 4)) as amount_missed,
       date_cleared,
       coalesce(date_cleared, (select day from as_of)) - due_date as days_late,
       cast(greatest(0, least(amount, expected_so_far - coalesce(total_amount_paid, 0))) as numeric(18, 4)) as amount_unpaid,
       case when date_cleared is null then 'open' else 'cleared' end as status
from cleared
join loans using (loan_id)
left join received using (loan_id)
order by loan_id, instalment_number;
