-- The newest day up to today on which the book has activity (a release, an instalment falling due
-- or a payment) and loans are open at its close; without such a day, the newest with activity.
with activity as (
  select greatest(
    (select max(date_of_release) from loans where date_of_release <= :today),
    (select max(due_date) from allocated_instalments where due_date <= :today),
    (select max(date_paid) from loan_payments where status = 'received' and date_paid <= :today)
  ) as last_day
)
-- When every instalment is covered by then: the day on which the last one was.
, emptied as (
  select max(date_covered) as day
  from allocated_instalments
  where date_covered <= (select last_day from activity)
    and not exists (
      select from allocated_instalments open
      join loans using (loan_id)
      where date_of_release <= (select last_day from activity)
        and coalesce(date_covered, 'infinity') > (select last_day from activity)
    )
)
select last_day as last_activity,
       coalesce(greatest(
         (select max(date_of_release) from loans where date_of_release < emptied.day),
         (select max(due_date) from allocated_instalments where due_date < emptied.day),
         (select max(date_paid) from loan_payments
          where status = 'received' and date_paid < emptied.day)
       ), last_day) as opening_day
from activity cross join emptied
