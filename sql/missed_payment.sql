with as_of(day) as (values (cast(:as_of as date)))
-- One row for each instalment that fell due before the as-of day and was not covered at the close of its due date. Definitions:
-- docs/loan-book.md. One paid on its due date is on time; what came later shows as cleared.
-- psql:    psql -v as_of="'2021-10-15'" -f sql/missed_payment.sql
-- pgAdmin: put a day in quotes, like '2021-10-15', in the place of the parameter in the first line, and run.
-- Which day an instalment was covered on stands in allocated_instalments, whose rule is the view allocation.
-- Not materialized: whoever asks for one loan then reads the rows of that loan alone.
, missed as not materialized (
  select loan_id, schedule_id, instalment_number, due_date, amount, expected_to_date,
         case when date_covered <= (select day from as_of) then date_covered end as date_cleared
  from allocated_instalments
  where due_date < (select day from as_of) and coalesce(date_covered, 'infinity') > due_date
)
, payment as (
  select loan_id, date_paid, amount_paid
  from loan_payments
  where date_paid <= (select day from as_of) and loan_id in (select loan_id from missed)
)
-- What had been paid by the close of each due date. Payments of a day stand before its instalments: they count for them.
, paid as (
  select loan_id, instalment_number, paid_by_then, sum(amount_paid) over (partition by loan_id) as total_amount_paid
  from (
    select loan_id, instalment_number, amount_paid,
           coalesce(sum(amount_paid) over (partition by loan_id order by day, instalment_number nulls first
                                           rows unbounded preceding), 0) as paid_by_then
    from (
      select loan_id, due_date as day, instalment_number, cast(0 as numeric) as amount_paid from missed
      union all
      select loan_id, date_paid, null, amount_paid from payment
    ) by_day
  ) at_due_date
)
select loan_id,
       borrower_id,
       schedule_id,
       instalment_number,
       due_date,
       amount,
       cast(least(amount, expected_to_date - paid_by_then) as numeric(18, 4)) as amount_missed,
       date_cleared,
       coalesce(date_cleared, (select day from as_of)) - due_date as days_late,
       cast(greatest(0, least(amount, expected_to_date - total_amount_paid)) as numeric(18, 4)) as amount_unpaid,
       case when date_cleared is null then 'open' else 'cleared' end as status
from missed
join paid using (loan_id, instalment_number)
join loans using (loan_id)
order by loan_id, instalment_number;
