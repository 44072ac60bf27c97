with as_of(day) as (values (cast(:as_of as date)))
, asked(loan_id) as (values (cast(:loan_id as text)))
-- One loan day by day, each as of its close, from its release (or what came before it) to the as-of day. Definitions:
-- docs/loan-book.md. No rows for a loan that is not there.
-- psql:    psql -v as_of="'2021-10-15'" -v loan_id="'32u09wekjbfje'" -f sql/arrears_history.sql
-- pgAdmin: put a day and a loan in quotes in the places of the parameters in the first two lines, and run.
-- Which day an instalment was covered on stands in allocated_instalments, whose rule is the view allocation.
, instalment as (
  select due_date, expected_to_date, date_covered from allocated_instalments where loan_id = (select loan_id from asked)
)
, payment as (
  select date_paid, amount_paid from loan_payments where loan_id = (select loan_id from asked)
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
  select coalesce(max(expected_to_date), 0) as total_amount_expected,
         coalesce(day - min(due_date) filter (where coalesce(date_covered, 'infinity') > day), 0) as current_days_past_due
  from instalment
  where due_date <= day
) due
cross join lateral (
  select coalesce(sum(amount_paid), 0) as total_amount_paid from payment where date_paid <= day
) received
order by day;
