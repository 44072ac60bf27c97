-- Compares each loan with its instalments and marks the loan where they differ. Term counts the
-- instalments if it does so for at least half of the loans that have both.
create temporary table scheduled_loans on commit drop as
select loan_id, count(*) as number, sum(expected_payment_amount) as scheduled
from staged_payment_schedule
where outcome is null
group by loan_id;

with compared as (
  select loan.line, loan.term, loan.loan_amount, coalesce(number, 0) as number, scheduled,
         0.01 * number as margin,
         2 * count(*) filter (where number = term) over ()
           >= count(*) filter (where number is not null and term is not null) over () as term_counts
  from staged_loans as loan
  left join scheduled_loans using (loan_id)
  where loan.outcome is null
)
, found as (
  select line, 'no_schedule' as code,
         'no instalments: the loan is in no figure of arrears' as reason
  from compared
  where number = 0
  union all
  select line, 'schedule_below_principal',
         format('instalments add up to %s, less than LoanAmount %s', scheduled, loan_amount)
  from compared
  where scheduled < loan_amount - margin
  union all
  select line, 'term_differs', format('%s instalments, but Term is %s', number, term)
  from compared
  where number > 0 and number <> term and term_counts
)
update staged_loans as loan
set marks = concat_ws(e'\n', loan.marks, found.marks)
from (
  select line, string_agg(concat_ws(e'\x1f', 'warned', code, reason), e'\n' order by code) as marks
  from found
  group by line
) as found
where loan.line = found.line;
