-- Adds up amounts of several currencies in the base currency, each divided by its rate and rounded
-- once. Null where the rate of an amount other than 0 is missing: it is never guessed.
with rate(code, mid) as (
  select * from unnest(cast(:codes as text[]), cast(:mids as numeric[]))
)
select name,
       case when not bool_or(mid is null and amount <> 0)
            then cast(coalesce(sum(cast(amount as numeric(60, 30)) / mid), 0) as numeric(38, 4))
       end as total
from json_to_recordset(cast(:amounts as json)) as entry(name text, currency text, amount numeric)
left join rate on code = currency
group by name
