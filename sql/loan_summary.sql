with as_of(day) as (values (cast(:as_of as date)))
-- One row for each loan, as of the close of a day. Definitions: docs/loan-book.md.
-- psql:    psql -v as_of="'2021-10-15'" -f sql/loan_summary.sql
-- pgAdmin: put a day in quotes, like '2021-10-15', in the place of the parameter in the first line, and run.
--
-- Instalments and payments are each summed per loan before they meet: joined row by row, every total would be multiplied.
, due as (
  select loan_id,
         sum(expected_payment_amount) filter (where expected_payment_date <= (select day from as_of)) as total_amount_expected,
         max(expected_payment_date) filter (where expected_payment_date <= (select day from as_of)) as last_due_date,
         sum(expected_payment_amount) as scheduled
  from payment_schedule
  group by loan_id
)
, received as (
  select loan_id, sum(amount_paid) as total_amount_paid, max(date_paid) as last_repayment_date
  from loan_payments
  where date_paid <= (select day from as_of)
  group by loan_id
)
, position as (
  select loan.*, due.last_due_date, received.last_repayment_date,
         coalesce(received.total_amount_paid, 0) as total_amount_paid,
         coalesce(due.total_amount_expected, 0) as total_amount_expected,
         coalesce(due.total_amount_expected, 0) - coalesce(received.total_amount_paid, 0) as behind,
         case when date_of_release <= (select day from as_of)
              then greatest(0, coalesce(due.scheduled, 0) - coalesce(received.total_amount_paid, 0)) else 0
         end as outstanding_balance
  from loans loan
  left join due using (loan_id)
  left join received using (loan_id)
)
-- Money fills the oldest instalment first, so the oldest one not covered is the first whose running sum exceeds all that was paid.
, uncovered as (
  select loan_id, min(expected_payment_date) as since
  from (
    select loan_id, expected_payment_date, total_amount_paid,
           sum(expected_payment_amount) over oldest_first as expected_so_far
    from payment_schedule join position using (loan_id)
    where behind > 0 and expected_payment_date <= (select day from as_of)
    window oldest_first as (partition by loan_id order by expected_payment_date, schedule_id rows unbounded preceding)
  ) instalment
  where expected_so_far > total_amount_paid
  group by loan_id
)
, movement as (
  select loan_id, expected_payment_date as day, expected_payment_amount as amount from payment_schedule
  union all
  select loan_id, date_paid, -amount_paid from loan_payments
)
-- A spell of being short counts its days from its first to the as-of day, and takes off again those from its end. What is within one
-- day cancels out, so the order within a day does not matter, and no row per day is ever made.
, short as (
  select loan_id, sum(case when behind > 0 then 1 else -1 end * ((select day from as_of) - day)) as par_days
  from (
    select loan_id, day, amount,
           sum(amount) over (partition by loan_id order by day rows unbounded preceding) as behind
    -- Filtered here and not within the union, where it would keep Postgres from merging the two indexes instead of sorting.
    from movement
    where day < (select day from as_of)
  ) running
  where (behind > 0) = (behind <= amount)
  group by loan_id
)
, overdue as (
  select position.*, coalesce((select day from as_of) - uncovered.since, 0) as current_days_past_due
  from position
  left join uncovered using (loan_id)
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
       cast(greatest(0, behind) as numeric(38, 4)) as amount_at_risk,
       borrower_credit_score,
       branch,
       branch_id,
       borrower_name,
       cast(total_amount_paid as numeric(38, 4)) as total_amount_paid,
       cast(total_amount_expected as numeric(38, 4)) as total_amount_expected,
       cast(coalesce(par_days, 0) as integer) as par_days,
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
from overdue
left join short using (loan_id)
left join borrowers using (borrower_id)
left join borrower_names using (borrower_id)
left join loan_branches using (loan_id)
left join branches using (branch_id)
order by loan_id;
