-- The PAR lines of all currencies as lines of the book in the base currency: each amount divided by
-- its rate, rounded once. Null where the rate of an amount other than 0 is missing.
with rate(code, mid) as (
  select * from unnest(cast(:codes as text[]), cast(:mids as numeric[]))
)
, line as (
  select measure, mid is null as no_rate, outstanding_balance, amount_at_risk,
         principal_outstanding,
         cast(outstanding_balance as numeric(60, 30)) / mid as outstanding,
         cast(amount_at_risk as numeric(60, 30)) / mid as at_risk,
         cast(principal_outstanding as numeric(60, 30)) / mid as principal
  from json_to_recordset(cast(:lines as json)) as line(
    measure text, currency text, outstanding_balance numeric, amount_at_risk numeric,
    principal_outstanding numeric)
  left join rate on code = currency
)
, converted as (
  select measure,
         case when not bool_or(no_rate and outstanding_balance <> 0)
              then coalesce(sum(outstanding), 0) end as outstanding,
         case when not bool_or(no_rate and amount_at_risk <> 0)
              then coalesce(sum(at_risk), 0) end as at_risk,
         case when not bool_or(no_rate and principal_outstanding <> 0)
              then coalesce(sum(principal), 0) end as principal
  from line
  group by measure
)
, lent as (
  select nullif(outstanding, 0) as outstanding, nullif(principal, 0) as principal
  from converted
  where measure = 'portfolio'
)
select measure,
       cast(converted.outstanding as numeric(38, 4)) as outstanding_balance,
       cast(at_risk as numeric(38, 4)) as amount_at_risk,
       round(converted.outstanding / lent.outstanding, 6) as by_outstanding,
       round(at_risk / lent.outstanding, 6) as by_arrears,
       cast(converted.principal as numeric(38, 4)) as principal_outstanding,
       round(converted.principal / lent.principal, 6) as by_principal
from converted cross join lent
