with as_of(day) as (values (cast(:as_of as date)))
-- One row per loan, as of the close of a day. Definitions: docs/loan-book.md.
-- psql:    psql -v as_of="'2021-10-15'" -f sql/loan_summary.sql
-- pgAdmin: replace the parameter in the first line with a quoted day, like '2021-10-15', and run.
--
-- Instalments and payments are summed per loan before they are joined: joined row by row, every
-- total would be multiplied. The view allocation says which day each instalment was covered on;
-- allocated_instalments keeps its result. An instalment covered after the as-of day is open.
, rule(tolerance) as (select coalesce(max(tolerance), 0) from loan_book)
, due as (
  select loan_id,
         sum(amount) filter (where due_date <= (select day from as_of)) as total_amount_expected,
         max(due_date) filter (where due_date <= (select day from as_of)) as last_due_date,
         min(due_date) filter (
           where due_date <= (select day from as_of)
             and coalesce(date_covered, 'infinity') > (select day from as_of)
         ) as uncovered_since,
         sum(least(date_covered, (select day from as_of)) - counted_from) filter (
           where counted_from < least(date_covered, (select day from as_of))
         ) as days_short,
         min(due_date) as first_due_date,
         sum(amount) as scheduled
  from allocated_instalments
  group by loan_id
)
-- A payment that was voided, and the reversal that voided it, never count.
, received as (
  select loan_id, sum(amount_paid) as total_amount_paid, max(date_paid) as last_repayment_date
  from loan_payments
  where date_paid <= (select day from as_of) and status = 'received'
  group by loan_id
)
, position as (
  select loan.loan_id, borrower_id, date_of_release, term, loan_amount, downpayment,
         payment_frequency, maturity_date, currency, scheduled,
         last_due_date, last_repayment_date, first_due_date,
         date_of_release <= (select day from as_of) as is_released,
         coalesce(total_amount_paid, 0) as total_amount_paid,
         coalesce(total_amount_expected, 0) as total_amount_expected,
         coalesce((select day from as_of) - uncovered_since, 0) as days_past_due,
         coalesce(days_short, 0) as days_short,
         case when scheduled is not null
              then greatest(0, scheduled - coalesce(total_amount_paid, 0))
         end as still_to_pay
  from loans loan
  left join due using (loan_id)
  left join received using (loan_id)
)
select loan_id,
       borrower_id,
       date_of_release,
       term,
       loan_amount as "LoanAmount",
       downpayment as "Downpayment",
       state,
       city,
       zip_code,
       payment_frequency,
       maturity_date,
       case when is_released then days_past_due else 0 end as current_days_past_due,
       last_due_date,
       last_repayment_date,
       cast(case when is_released then greatest(0, total_amount_expected - total_amount_paid)
                 else 0 end as numeric(38, 4)) as amount_at_risk,
       borrower_credit_score,
       branch,
       branch_id,
       borrower_name,
       cast(total_amount_paid as numeric(38, 4)) as total_amount_paid,
       cast(total_amount_expected as numeric(38, 4)) as total_amount_expected,
       -- A day before the release is never short, whatever was due by then.
       cast(case when not is_released then 0
                 when first_due_date < date_of_release then (
                   select coalesce(sum(least(date_covered, (select day from as_of))
                                       - greatest(counted_from, date_of_release)), 0)
                   from allocated_instalments early
                   where early.loan_id = position.loan_id
                     and greatest(counted_from, date_of_release)
                         < least(date_covered, (select day from as_of))
                 )
                 else days_short end as integer) as par_days,
       status,
       case when status not in ('in_arrears', 'current') then null
            when days_past_due = 0 then 'current'
            when days_past_due <= 30 then '1-30'
            when days_past_due <= 60 then '31-60'
            when days_past_due <= 90 then '61-90'
            else '90+'
       end as bucket,
       cast(case when is_released then still_to_pay else 0 end as numeric(38, 4))
         as outstanding_balance,
       coalesce(position.currency, branches.currency) as currency,
       -- The straight-line share of principal in each instalment: LoanAmount / sum of instalments.
       -- The factor 1 with 18 decimals makes the quotient precise enough to be rounded once.
       cast(case when is_released
                 then coalesce(still_to_pay * loan_amount * 1.000000000000000000
                               / nullif(scheduled, 0), still_to_pay)
                 else 0 end as numeric(38, 4)) as principal_outstanding
from position
cross join rule
cross join lateral (
  select case when not is_released then 'not_released'
              when scheduled is null then 'no_schedule'
              when still_to_pay <= tolerance then 'settled'
              when days_past_due > 0 then 'in_arrears'
              else 'current'
         end as status
) judged
left join borrowers using (borrower_id)
left join borrower_names using (borrower_id)
left join loan_branches using (loan_id)
left join branches using (branch_id)
order by loan_id;
