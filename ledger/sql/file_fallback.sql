-- Files the newest slot of the provider before for this one, for currencies without a rate of the
-- slot's day: at once where the provider refuses, else once it has failed for :minutes, be it over
-- several slots.
insert into runs (source, trigger, slot, currencies)
select :source, 'fallback', failing.slot, wanted.currencies
from (
  select slot, state, error, failure_code
  from runs
  where source = :failing and slot is not null and state <> 'skipped'
  order by slot desc
  limit 1
) failing
cross join (
  select min(asked_at) as since
  from runs
  where source = :failing and slot is not null and state <> 'skipped' and error is not null
    and slot > coalesce(
      (select max(slot) from runs where source = :failing and state = 'confirmed'), '-infinity')
) trouble
cross join lateral (
  select array_agg(currency order by position) as currencies
  from unnest(:currencies::text[]) with ordinality as asked (currency, position)
  where not exists (
    select from daily_rates d
    where d.base_currency = 'USD' and d.quote_currency = asked.currency
      and d.rate_date = (failing.slot at time zone 'UTC')::date
      and source_rank(d.source) <= source_rank(:source))
) wanted
where wanted.currencies is not null
  and failing.error is not null and failing.state in ('due', 'claimed', 'retrying', 'failed')
  and (failing.failure_code = any(:refusals::text[])
       or trouble.since <= ledger_now() - :minutes::int * interval '1 minute')
on conflict on constraint runs_one_per_slot do nothing
