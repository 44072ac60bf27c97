import type { Knex } from 'knex';
import { VIEWS as PER_ROW } from './20261204000200_rates.ts';

/**
 * Which rates another source contradicts is worked out once, for the rates and for every
 * observation: in one join where many rows are read, by index where few are.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(AT_ONCE);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop view rate_quality, observations, rate_pairs, rates, diverging_rates');
  await knex.raw(PER_ROW);
}

const AT_ONCE = `
  -- Rates of the day that another source of the same kind, real or simulated, contradicts.
  create view diverging_rates as
  select d.base_currency, d.quote_currency, d.rate_date
  from second_rates s
  join daily_rates d using (base_currency, quote_currency, rate_date)
  where s.source <> d.source
    and (s.source = any (array(select name from sources where simulated)))
        = (d.source = any (array(select name from sources where simulated)))
    and abs(s.mid - d.mid) > (select tolerance from quality_settings) * d.mid;

  -- The first real rate hides all simulated ones. The inverse is derived here and nowhere else: a
  -- bare 1 / mid would keep only 16 digits. A jump of more than a fifth against the last known rate
  -- of the seven days before is flagged, never refused. A rate dated more than a day ahead is
  -- hidden; as a bound of rate_date itself, Postgres would take that for a range of a few days.
  create or replace view rates as
  select d.rate_date, d.base_currency, d.quote_currency, d.source, d.mid,
         round(1.000000000000000000000000000000 / d.mid, 18) as inverse,
         d.observed_at, d.fetched_at, d.event_id,
         coalesce((
           select abs(d.mid - earlier.mid) > 0.2 * earlier.mid
           from daily_rates earlier
           where earlier.base_currency = d.base_currency
             and earlier.quote_currency = d.quote_currency
             and (earlier.source = d.source
                  or d.source <> all (array(select name from sources where simulated))
                     and earlier.source <> all (array(select name from sources where simulated)))
             and earlier.rate_date between d.rate_date - 7 and d.rate_date - 1
           order by earlier.rate_date desc
           limit 1
         ), false) as suspect,
         exists (
           select from diverging_rates
           where diverging_rates.base_currency = d.base_currency
             and diverging_rates.quote_currency = d.quote_currency
             and diverging_rates.rate_date = d.rate_date
         ) as diverges
  from daily_rates d
  where (d.source <> all (array(select name from sources where simulated))
         or not exists (
           select from sources real
           where not real.simulated
             and exists (select from daily_rates r where r.source = real.name)))
    and d.rate_date - 1 <= (select (ledger_now() at time zone 'UTC')::date);

  -- Stored observations by the same rules, and how far one of another source is from the rate of
  -- its day. Of the source of that rate, only the observation that is the rate can diverge.
  create or replace view observations as
  select o.event_id, o.run_id, o.source, o.base_currency as base, o.quote_currency as quote,
         o.mid as rate, round(1.000000000000000000000000000000 / o.mid, 18) as inverse,
         (o.observed_at at time zone 'UTC')::date as rate_date,
         o.observed_at, o.fetched_at, o.stored_at, o.stored_by, o.seq,
         case when o.source <> r.source then round((o.mid - r.mid) / r.mid, 8) end as difference,
         coalesce(case when o.source <> r.source
                       then abs(o.mid - r.mid) > r.mid * (select tolerance from quality_settings)
                       else o.event_id = r.event_id
                            and exists (
                              select from diverging_rates d
                              where d.base_currency = o.base_currency
                                and d.quote_currency = o.quote_currency
                                and d.rate_date = r.rate_date)
                  end, false) as diverges
  from rate_observations o
  left join rates r on r.base_currency = o.base_currency and r.quote_currency = o.quote_currency
                   and r.rate_date = (o.observed_at at time zone 'UTC')::date
  where o.source <> all (array(select name from sources where simulated))
     or not exists (
       select from sources real
       where not real.simulated
         and exists (select from daily_rates r where r.source = real.name));
`;
