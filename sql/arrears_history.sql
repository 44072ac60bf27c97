with as_of(day) as (values (cast(:as_of as date)))
, asked(loan_id) as (values (cast(:loan_id as text)))
-- One loan day by day, each as of its close, from its release (or what came before it) to the as-of
-- day. Days past due and the amount at risk are 0 before the release. Definitions:
-- docs/loan-book.md. No rows for an unknown loan.
-- psql:    psql -v as_of="'2021-10-15'" -v loan_id="'32u09wekjbfje'" -f sql/arrears_history.sql
-- pgAdmin: replace the parameters in the first two lines with a day and a loan in quotes, and run.
-- The view allocation says which day each instalment was covered on; allocated_instalments keeps
-- its result.
, instalment as (
  select instalment_number, due_date, amount,
         -- The day from which this is the oldest instalment not covered: covered ones come first.
         lag(date_covered, 1, '-infinity') over (order by instalment_number) as oldest_from
  from allocated_instalments
  where loan_id = (select loan_id from asked)
)
, payment as (
  select date_paid, amount_paid
  from loan_payments
  where loan_id = (select loan_id from asked) and status = 'received'
)
, loan as (
  select date_of_release,
         least(date_of_release, (select min(due_date) from instalment),
               (select min(date_paid) from payment)) as first_day,
         (select count(*) from instalment) as instalments
  from loans
  where loan_id = (select loan_id from asked)
)
, change as (
  select due_date as day, amount as due, 0 as paid, cast(null as integer) as oldest
  from instalment
  union all
  select date_paid, 0, amount_paid, null from payment
  union all
  select greatest(oldest_from, first_day), 0, 0, instalment_number
  from instalment cross join loan
  where oldest_from is not null
  union all
  -- All are covered: the number after the last one has no due date.
  select greatest(date_covered, first_day), 0, 0, instalment_number + 1
  from allocated_instalments cross join loan
  where loan_id = (select loan_id from asked)
    and instalment_number = instalments and date_covered is not null
)
, history as (
  select day,
         sum(sum(due)) over so_far as total_amount_expected,
         sum(sum(paid)) over so_far as total_amount_paid,
         max(max(oldest)) over so_far as oldest
  from (
    select day, due, paid, oldest from change
    union all
    select first_day + n, 0, 0, null
    from loan cross join generate_series(0, (select day from as_of) - first_day) n
  ) by_day
  where day <= (select day from as_of)
  group by day
  window so_far as (order by day)
)
select day,
       case when date_of_release <= day and due_date < day then day - due_date else 0 end
         as current_days_past_due,
       cast(case when date_of_release <= day
                 then greatest(0, total_amount_expected - total_amount_paid)
                 else 0 end as numeric(38, 4)) as amount_at_risk,
       cast(total_amount_expected as numeric(38, 4)) as total_amount_expected,
       cast(total_amount_paid as numeric(38, 4)) as total_amount_paid
from history
cross join loan
left join instalment on instalment_number = oldest
order by day;
