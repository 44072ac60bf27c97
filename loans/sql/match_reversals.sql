-- Pairs each reversal with the payment that it voids: the latest earlier one of the same loan with
-- exactly that amount that is not yet voided. Within a loan and an amount, payments and reversals
-- are brackets: a reversal closes the last open payment. One that closes nothing is rejected.
with reversed as (
  select distinct loan_id, -amount_paid as amount
  from staged_loan_payments
  where outcome is null and amount_paid < 0
)
, candidate as (
  select payment.ctid as place, line, loan_id, payment_id, date_paid, amount_paid, amount
  from staged_loan_payments as payment
  join reversed using (loan_id)
  where outcome is null and abs(amount_paid) = amount
)
, balanced as (
  select *, sum(sign(amount_paid)) over in_order as balance
  from candidate
  window in_order as (partition by loan_id, amount
                      order by date_paid, amount_paid < 0, payment_id, line
                      rows unbounded preceding)
)
, lowest as (
  select *,
         least(0, min(balance) over in_order) as floor,
         least(0, min(balance) over before) as floor_before
  from balanced
  window in_order as (partition by loan_id, amount
                      order by date_paid, amount_paid < 0, payment_id, line
                      rows unbounded preceding),
         before as (partition by loan_id, amount
                    order by date_paid, amount_paid < 0, payment_id, line
                    rows between unbounded preceding and 1 preceding)
)
, levelled as (
  select *,
         amount_paid < 0 and balance < floor_before as is_unmatched,
         balance - floor + case when amount_paid < 0 then 1 else 0 end as level
  from lowest
)
-- Open payments on one level alternate with the reversals that close them.
, paired as (
  select place, amount_paid, is_unmatched,
         lead(line) over on_level as closed_by,
         lag(payment_id) over on_level as closes
  from levelled
  window on_level as (partition by loan_id, amount, is_unmatched, level
                      order by date_paid, amount_paid < 0, payment_id, line)
)
update staged_loan_payments as payment
set status = case when paired.is_unmatched then payment.status
                  when paired.amount_paid < 0 then 'reversal'
                  else 'voided' end,
    voids_payment_id =
      case when paired.amount_paid < 0 and not paired.is_unmatched then paired.closes end,
    outcome = case when paired.is_unmatched then 'rejected' end,
    code = case when paired.is_unmatched then 'nothing_to_void' end,
    reason = case when paired.is_unmatched then
      format('Amount_paid %s voids an earlier payment of the same amount, but there is none',
             paired.amount_paid) end
from paired
where paired.place = payment.ctid
  and (paired.is_unmatched or paired.amount_paid < 0 or paired.closed_by is not null);
