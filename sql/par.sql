with as_of(day) as (values (cast(:as_of as date)))
-- Portfolio at risk and buckets of days past due: the whole book, each currency, each branch.
-- The portfolio is the loans released, not settled and with a schedule; the others are counted in
-- rows of their own. Definitions: docs/loan-book.md.
-- Amounts of different currencies are never added up: such a group has numbers of loans only.
-- psql:    psql -v as_of="'2021-10-15'" -f sql/par.sql
-- pgAdmin: replace the parameter in the first line with a quoted day, like '2021-10-15', and run.
-- The view allocation says which day each instalment was covered on; allocated_instalments keeps
-- its result.
, rule(tolerance) as (select coalesce(max(tolerance), 0) from loan_book)
, due as (
  select loan_id,
         sum(amount) filter (where due_date <= (select day from as_of)) as expected,
         min(due_date) filter (
           where due_date <= (select day from as_of)
             and coalesce(date_covered, 'infinity') > (select day from as_of)
         ) as uncovered_since,
         sum(amount) as scheduled
  from allocated_instalments
  group by loan_id
)
, received as (
  select loan_id, sum(amount_paid) as paid
  from loan_payments
  where date_paid <= (select day from as_of) and status = 'received'
  group by loan_id
)
, position as (
  select branch_id, branch, coalesce(loans.currency, branches.currency) as currency,
         coalesce((select day from as_of) - uncovered_since, 0) as days,
         greatest(0, coalesce(expected, 0) - coalesce(paid, 0)) as amount_at_risk,
         still_to_pay as outstanding_balance,
         round(still_to_pay * loan_amount * 1.000000000000000000 / nullif(scheduled, 0), 4)
           as principal_outstanding,
         case when date_of_release > (select day from as_of) then 'not_released'
              when scheduled is null then 'no_schedule'
              when still_to_pay <= (select tolerance from rule) then 'settled'
              else 'portfolio'
         end as standing
  from loans
  left join due using (loan_id)
  left join received using (loan_id)
  left join loan_branches using (loan_id)
  left join branches using (branch_id)
  cross join lateral (select greatest(0, scheduled - coalesce(paid, 0)) as still_to_pay) balance
)
, measure(place, measure, standing, least_days, most_days) as (
  values (0, 'portfolio', 'portfolio', 0, null),
         (1, 'PAR>0', 'portfolio', 1, null),
         (2, 'PAR>30', 'portfolio', 31, null),
         (3, 'PAR>60', 'portfolio', 61, null),
         (4, 'PAR>90', 'portfolio', 91, null),
         (5, 'current', 'portfolio', 0, 0),
         (6, '1-30', 'portfolio', 1, 30),
         (7, '31-60', 'portfolio', 31, 60),
         (8, '61-90', 'portfolio', 61, 90),
         (9, '90+', 'portfolio', 91, null),
         (10, 'settled', 'settled', 0, null),
         (11, 'not_released', 'not_released', 0, null),
         (12, 'no_schedule', 'no_schedule', 0, null)
)
-- The measures below read a row per position, not per loan: sorted for 13 of them, loans took half
-- of the time.
, added_up as (
  select branch_id, branch, currency, standing, days,
         count(*) as loans,
         sum(outstanding_balance) as outstanding_balance,
         sum(amount_at_risk) as amount_at_risk,
         sum(principal_outstanding) as principal_outstanding
  from position
  group by branch_id, branch, currency, standing, days
)
, total as (
  select case when grouping(branch_id) = 0 then 'branch'
              when grouping(currency) = 0 then 'currency'
              else 'book'
         end as scope,
         branch_id, branch, currency, place,
         -- Loans without a currency are one kind among themselves, and differ from those with one.
         count(distinct coalesce(currency, '')) = 1 as one_currency,
         coalesce(sum(loans) filter (where counts), 0) as loans,
         coalesce(sum(outstanding_balance) filter (where counts), 0) as outstanding_balance,
         coalesce(sum(amount_at_risk) filter (where counts), 0) as amount_at_risk,
         coalesce(sum(principal_outstanding) filter (where counts), 0) as principal_outstanding,
         sum(outstanding_balance) filter (where standing = 'portfolio') as lent,
         sum(principal_outstanding) filter (where standing = 'portfolio') as principal_lent
  from added_up
  cross join lateral (
    select place,
           measure.standing = added_up.standing
             and (measure.standing <> 'portfolio'
                  or days between least_days and coalesce(most_days, days)) as counts
    from measure
  ) counted
  group by grouping sets ((place), (currency, place), (branch_id, branch, currency, place))
)
select scope,
       branch_id,
       branch,
       currency,
       measure,
       cast(loans as integer) as loans,
       cast(case when has_amounts then outstanding_balance end as numeric(38, 4))
         as outstanding_balance,
       cast(case when has_amounts then amount_at_risk end as numeric(38, 4)) as amount_at_risk,
       round(case when has_amounts then outstanding_balance / nullif(lent, 0) end, 6)
         as by_outstanding,
       round(case when has_amounts then amount_at_risk / nullif(lent, 0) end, 6) as by_arrears,
       cast(case when has_amounts then principal_outstanding end as numeric(38, 4))
         as principal_outstanding,
       round(case when has_amounts then principal_outstanding / nullif(principal_lent, 0) end, 6)
         as by_principal
from total
join measure using (place)
cross join lateral (
  select one_currency and measure.standing = 'portfolio' as has_amounts
) known
order by array_position(array['book', 'currency', 'branch'], scope), currency, branch_id, place;
