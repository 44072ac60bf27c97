with as_of(day) as (values (cast(:as_of as date)))
, earlier(day) as (values (cast(:from_day as date)))
-- How the portfolio of the earlier day (released, not settled, with a schedule) moved between the
-- buckets of days past due until the as-of day, each as of its close, per currency: how many loans,
-- and their outstanding balance on the earlier day. A loan paid off by the as-of day moved to
-- settled. The last three columns count the loans of the currency outside that portfolio.
-- Definitions: docs/loan-book.md.
-- psql:    psql -v as_of="'2021-10-15'" -v from_day="'2021-09-15'" -f sql/roll_rates.sql
-- pgAdmin: replace the parameters in the first two lines with days in quotes, and run.
-- The view allocation says which day each instalment was covered on; allocated_instalments keeps
-- its result.
, rule(tolerance) as (select coalesce(max(tolerance), 0) from loan_book)
, at(day) as (select day from as_of union select day from earlier)
, due as (
  select loan_id, day, sum(amount) as scheduled,
         min(due_date) filter (
           where due_date <= day and coalesce(date_covered, 'infinity') > day
         ) as uncovered_since
  from allocated_instalments cross join at
  group by loan_id, day
)
, received as (
  select loan_id, day, sum(amount_paid) as paid
  from loan_payments join at on date_paid <= day
  where status = 'received'
  group by loan_id, day
)
, bucket(place, bucket) as (
  values (0, 'current'), (1, '1-30'), (2, '31-60'), (3, '61-90'), (4, '90+'), (5, 'settled'),
         (6, 'not_released'), (7, 'no_schedule')
)
, placed as (
  select loan_id, day, coalesce(loans.currency, branches.currency) as currency,
         still_to_pay as outstanding_balance,
         case when date_of_release > day then 6
              when scheduled is null then 7
              when still_to_pay <= (select tolerance from rule) then 5
              else width_bucket(coalesce(day - uncovered_since, 0), array[1, 31, 61, 91])
         end as place
  from loans cross join at
  left join due using (loan_id, day)
  left join received using (loan_id, day)
  left join loan_branches using (loan_id)
  left join branches using (branch_id)
  cross join lateral (select greatest(0, scheduled - coalesce(paid, 0)) as still_to_pay) balance
)
, outside as (
  select currency,
         count(*) filter (where place = 5) as settled,
         count(*) filter (where place = 6) as not_released,
         count(*) filter (where place = 7) as no_schedule
  from placed
  where day = (select day from earlier)
  group by currency
)
, moved as (
  select before.currency, before.place as from_place, after.place as to_place,
         count(*) as loans, sum(before.outstanding_balance) as outstanding_balance
  from placed before
  join placed after using (loan_id)
  where before.day = (select day from earlier) and after.day = (select day from as_of)
    and before.place < 5
  group by before.currency, before.place, after.place
)
select moved.currency,
       came.bucket as from_bucket,
       went.bucket as to_bucket,
       cast(loans as integer) as loans,
       round(loans / sum(loans) over from_here, 6) as share_of_loans,
       cast(outstanding_balance as numeric(38, 4)) as outstanding_balance,
       round(outstanding_balance / nullif(sum(outstanding_balance) over from_here, 0), 6)
         as share_of_outstanding,
       cast(settled as integer) as settled_loans,
       cast(not_released as integer) as not_released_loans,
       cast(no_schedule as integer) as no_schedule_loans
from moved
join bucket came on came.place = from_place
join bucket went on went.place = to_place
join outside on outside.currency is not distinct from moved.currency
window from_here as (partition by moved.currency, from_place)
order by moved.currency, from_place, to_place;
