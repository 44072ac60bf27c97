with as_of(day) as (values (cast(:as_of as date)))
-- One row per instalment that fell due before the as-of day and was not covered at the close of its
-- due date, of loans released by the as-of day. Definitions: docs/loan-book.md. Paid on the due
-- date is on time; an instalment paid later shows as cleared.
-- psql:    psql -v as_of="'2021-10-15'" -f sql/missed_payment.sql
-- pgAdmin: replace the parameter in the first line with a quoted day, like '2021-10-15', and run.
-- The view allocation says which day each instalment was covered on; allocated_instalments keeps
-- its result. Not materialized: a query for one loan then reads the rows of that loan alone.
, missed as not materialized (
  select loan_id, schedule_id, instalment_number, due_date, amount, expected_to_date,
         case when date_covered <= (select day from as_of) then date_covered end as date_cleared
  from allocated_instalments
  where due_date < (select day from as_of) and coalesce(date_covered, 'infinity') > due_date
)
, payment as (
  select loan_id, date_paid, amount_paid
  from loan_payments
  where date_paid <= (select day from as_of) and status = 'received'
    and loan_id in (select loan_id from missed)
)
-- What had been paid by the close of each due date: payments of a day sort before its instalments.
, paid as (
  select loan_id, instalment_number, paid_by_then,
         sum(amount_paid) over (partition by loan_id) as total_amount_paid
  from (
    select loan_id, instalment_number, amount_paid,
           coalesce(sum(amount_paid) over (
             partition by loan_id
             order by day, instalment_number nulls first
             rows unbounded preceding
           ), 0) as paid_by_then
    from (
      select loan_id, due_date as day, instalment_number, cast(0 as numeric) as amount_paid
      from missed
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
       cast(greatest(0, least(amount, expected_to_date - total_amount_paid)) as numeric(18, 4))
         as amount_unpaid,
       case when date_cleared is null then 'open' else 'cleared' end as status,
       coalesce(loans.currency, branches.currency) as currency
from missed
join paid using (loan_id, instalment_number)
join loans using (loan_id)
left join loan_branches using (loan_id)
left join branches using (branch_id)
where date_of_release <= (select day from as_of)
order by loan_id, instalment_number;
