with as_of(day) as (values (cast(:as_of as date)))
, earlier(day) as (values (cast(:from_day as date)))
-- How loans moved between the buckets of days past due from the earlier day to the as-of day, each as of its close: how many, and
-- with which outstanding balance on the earlier day. The loans are those released by the earlier day, per currency.
-- psql:    psql -v as_of="'2021-10-15'" -v from_day="'2021-09-15'" -f sql/roll_rates.sql
-- pgAdmin: put a day in quotes, like '2021-10-15', in the places of the parameters in the first two lines, and run.
, at(day) as (select day from as_of union select day from earlier)
, loan as (
  select loan_id, coalesce(loans.currency, branches.currency) as currency
  from loans
  left join loan_branches using (loan_id)
  left join branches using (branch_id)
  where date_of_release <= (select day from earlier)
)
-- Which day an instalment was covered on stands in allocated_instalments, whose rule is the view allocation.
, due as (
  select loan_id, day, sum(amount) as scheduled,
         min(due_date) filter (where due_date <= day and coalesce(date_covered, 'infinity') > day) as uncovered_since
  from allocated_instalments cross join at
  group by loan_id, day
)
, received as (
  select loan_id, day, sum(amount_paid) as paid
  from loan_payments join at on date_paid <= day
  group by loan_id, day
)
, placed as (
  select loan_id, day, currency,
         greatest(0, coalesce(scheduled, 0) - coalesce(paid, 0)) as outstanding_balance,
         width_bucket(coalesce(day - uncovered_since, 0), array[1, 31, 61, 91]) as place
  from loan cross join at
  left join due using (loan_id, day)
  left join received using (loan_id, day)
)
, moved as (
  select before.currency, before.place as from_place, after.place as to_place,
         count(*) as loans, sum(before.outstanding_balance) as outstanding_balance
  from placed before
  join placed after using (loan_id)
  where before.day = (select day from earlier) and after.day = (select day from as_of)
  group by before.currency, before.place, after.place
)
, bucket(place, bucket) as (values (0, 'current'), (1, '1-30'), (2, '31-60'), (3, '61-90'), (4, '90+'))
select currency,
       came.bucket as from_bucket,
       went.bucket as to_bucket,
       cast(loans as integer) as loans,
       round(loans / sum(loans) over from_here, 6) as share_of_loans,
       cast(outstanding_balance as numeric(38, 4)) as outstanding_balance,
       round(outstanding_balance / nullif(sum(outstanding_balance) over from_here, 0), 6) as share_of_outstanding
from moved
join bucket came on came.place = from_place
join bucket went on went.place = to_place
window from_here as (partition by currency, from_place)
order by currency, from_place, to_place;
