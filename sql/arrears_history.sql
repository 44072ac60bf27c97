with as_of(day) as (values (cast(:as_of as date)))
, asked(loan_id) as (values (cast(:loan_id as text)))
-- One loan day by day, each as of its close, from its release (or what came before it) to the as-of day. Definitions:
-- docs/loan-book.md. No rows for a loan that is not there.
-- psql:    psql -v as_of="'2021-10-15'" -v loan_id="'32u09wekjbfje'" -f sql/arrears_history.sql
-- pgAdmin: put a day and a loan in quotes in the places of the parameters in the first two lines, and run.
, instalment as (
  select schedule_id, expected_payment_date as due_date,
         sum(expected_payment_amount) over (order by expected_payment_date, schedule_id rows unbounded preceding) as expected_so_far
  from payment_schedule
  where loan_id = (select loan_id from asked)
)
, payment as (
  select date_paid, sum(amount_paid) over (order by date_paid, payment_id rows unbounded preceding) as paid_so_far
  from loan_payments
  where loan_id = (select loan_id from asked)
)
, covered as (
  select due_date, expected_so_far,
         (select min(date_paid) from payment where paid_so_far >= expected_so_far) as date_covered
  from instalment
)
, history as (
  select first_day + n as day
  from (
    select least(date_of_release, (select min(due_date) from instalment), (select min(date_paid) from payment)) as first_day
    from loans
    where loan_id = (select loan_id from asked)
  ) loan
  cross join generate_series(0, (select day from as_of) - first_day) n
)
select day,
       current_days_past_due,
       cast(greatest(0, total_amount_expected - total_amount_paid) as numeric(38, 4)) as amount_at_risk,
       cast(total_amount_expected as numeric(38, 4)) as total_amount_expected,
       cast(total_amount_paid as numeric(38, 4)) as total_amount_paid
from history
cross join lateral (
  select coalesce(max(expected_so_far), 0) as total_amount_expected,
         -- One covered by nothing, not even later, stands for ever; with a sum of 0 there is nothing to cover.
         coalesce(day - min(due_date) filter (where expected_so_far > 0 and coalesce(date_covered > day, true)), 0)
           as current_days_past_due
  from covered
  where due_date <= day
) due
cross join lateral (
  select coalesce(max(paid_so_far), 0) as total_amount_paid from payment where date_paid <= day
) received
order by day;
