-- Each day's rate beside the best other source of the day, by how much that one differs, and flags.
select rate_date, quote_currency as currency, mid as rate, source, observed_at,
       second_source, second_mid as second_rate, second_observed_at, difference, suspect, diverges
from rate_quality
where base_currency = 'USD' and rate_date between :from and :to
order by rate_date, quote_currency
