with as_of(day) as (values (cast(:as_of as date)))
-- One row for each loan, as of the close of a day. Definitions: docs/loan-book.md.
-- psql:    psql -v as_of="'2021-10-15'" -f sql/loan_summary.sql
-- pgAdmin: put a day in quotes, like '2021-10-15', in the place of the parameter in the first line, and run.
--
-- Instalments and payments are each summed per loan before they meet: joined row by row, every total would be multiplied. Which day an
-- instalment was covered on stands in allocated_instalments (the view allocation is its rule): one covered after the as-of day is open.
, due as (
  select loan_id,
         sum(amount) filter (where due_date <= (select day from as_of)) as total_amount_expected,
         max(due_date) filter (where due_date <= (select day from as_of)) as last_due_date,
         min(due_date) filter (where due_date <= (select day from as_of)
                                 and coalesce(date_covered, 'infinity') > (select day from as_of)) as uncovered_since,
         sum(least(date_covered, (select day from as_of)) - counted_from)
           filter (where counted_from < least(date_covered, (select day from as_of))) as par_days,
         sum(amount) as scheduled
  from allocated_instalments
  group by loan_id
)
, received as (
  select loan_id, sum(amount_paid) as total_amount_paid, max(date_paid) as last_repayment_date
  from loan_payments
  where date_paid <= (select day from as_of)
  group by loan_id
)
, position as (
  select loan.*, last_due_date, last_repayment_date,
         coalesce(total_amount_paid, 0) as total_amount_paid,
         coalesce(total_amount_expected, 0) as total_amount_expected,
         coalesce((select day from as_of) - uncovered_since, 0) as current_days_past_due,
         coalesce(par_days, 0) as par_days,
         case when date_of_release <= (select day from as_of)
              then greatest(0, coalesce(scheduled, 0) - coalesce(total_amount_paid, 0)) else 0
         end as outstanding_balance
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
       current_days_past_due,
       last_due_date,
       last_repayment_date,
       cast(greatest(0, total_amount_expected - total_amount_paid) as numeric(38, 4)) as amount_at_risk,
       borrower_credit_score,
       branch,
       branch_id,
       borrower_name,
       cast(total_amount_paid as numeric(38, 4)) as total_amount_paid,
       cast(total_amount_expected as numeric(38, 4)) as total_amount_expected,
       cast(par_days as integer) as par_days,
       case when date_of_release > (select day from as_of) then 'not_released'
            when outstanding_balance = 0 then 'settled'
            when current_days_past_due > 0 then 'in_arrears'
            else 'current'
       end as status,
       case when current_days_past_due = 0 then 'current'
            when current_days_past_due <= 30 then '1-30'
            when current_days_past_due <= 60 then '31-60'
            when current_days_past_due <= 90 then '61-90'
            else '90+'
       end as bucket,
       cast(outstanding_balance as numeric(38, 4)) as outstanding_balance
from position
left join borrowers using (borrower_id)
left join borrower_names using (borrower_id)
left join loan_branches using (loan_id)
left join branches using (branch_id)
order by loan_id;
