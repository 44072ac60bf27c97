with as_of(day) as (values (cast(:as_of as date)))
-- Portfolio at risk and the buckets of days past due, for the whole book, each currency and each branch. Definitions: docs/loan-book.md.
-- Amounts of different currencies are never added up: the whole book then has numbers of loans only.
-- psql:    psql -v as_of="'2021-10-15'" -f sql/par.sql
-- pgAdmin: put a day in quotes, like '2021-10-15', in the place of the parameter in the first line, and run.
-- Which day an instalment was covered on stands in allocated_instalments, whose rule is the view allocation.
, due as (
  select loan_id,
         sum(amount) filter (where due_date <= (select day from as_of)) as expected,
         min(due_date) filter (where due_date <= (select day from as_of)
                                 and coalesce(date_covered, 'infinity') > (select day from as_of)) as uncovered_since,
         sum(amount) as scheduled
  from allocated_instalments
  group by loan_id
)
, received as (
  select loan_id, sum(amount_paid) as paid
  from loan_payments
  where date_paid <= (select day from as_of)
  group by loan_id
)
, position as (
  select loan_id, branch_id, branch, coalesce(loans.currency, branches.currency) as currency,
         coalesce((select day from as_of) - uncovered_since, 0) as days,
         greatest(0, coalesce(expected, 0) - coalesce(paid, 0)) as amount_at_risk,
         case when date_of_release <= (select day from as_of)
              then greatest(0, coalesce(scheduled, 0) - coalesce(paid, 0)) else 0
         end as outstanding_balance
  from loans
  left join due using (loan_id)
  left join received using (loan_id)
  left join loan_branches using (loan_id)
  left join branches using (branch_id)
)
, measure(place, measure, least_days, most_days) as (
  values (1, 'PAR>0', 1, null), (2, 'PAR>30', 31, null), (3, 'PAR>60', 61, null), (4, 'PAR>90', 91, null),
         (5, 'current', 0, 0), (6, '1-30', 1, 30), (7, '31-60', 31, 60), (8, '61-90', 61, 90), (9, '90+', 91, null)
)
, total as (
  select case when grouping(branch_id) = 0 then 'branch' when grouping(currency) = 0 then 'currency' else 'book' end as scope,
         branch_id, branch, currency, place,
         -- Loans without a currency are one kind among themselves, and another than those with one.
         count(distinct coalesce(currency, '')) = 1 as one_currency,
         count(*) filter (where counts) as loans,
         coalesce(sum(outstanding_balance) filter (where counts), 0) as outstanding_balance,
         coalesce(sum(amount_at_risk) filter (where counts), 0) as amount_at_risk,
         sum(outstanding_balance) as lent
  from position
  cross join lateral (
    select place, days >= least_days and days <= coalesce(most_days, days) as counts from measure
  ) counted
  group by grouping sets ((place), (currency, place), (branch_id, branch, currency, place))
)
select scope,
       branch_id,
       branch,
       currency,
       measure,
       cast(loans as integer) as loans,
       cast(case when one_currency then outstanding_balance end as numeric(38, 4)) as outstanding_balance,
       cast(case when one_currency then amount_at_risk end as numeric(38, 4)) as amount_at_risk,
       round(case when one_currency then outstanding_balance / nullif(lent, 0) end, 6) as by_outstanding,
       round(case when one_currency then amount_at_risk / nullif(lent, 0) end, 6) as by_arrears
from total
join measure using (place)
order by array_position(array['book', 'currency', 'branch'], scope), currency, branch_id, place;
