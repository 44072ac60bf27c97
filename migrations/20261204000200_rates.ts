import type { Knex } from 'knex';

/**
 * Every event once, the one rate of each currency and day, rates of outranked sources to compare
 * them with, and the views that readers use.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(TABLES);
  await knex.raw(SECOND_RATES);
  await knex.raw(VIEWS);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop view rate_quality, observations, rate_pairs, rates;
    drop table second_rates, quality_settings, voided_events, daily_rates, rate_observations;
    drop function announce_rates();
  `);
}

const TABLES = `
  create table rate_observations (
    event_id       uuid        not null,
    run_id         text        not null,
    source         text        not null,
    base_currency  text        collate "C" not null,
    quote_currency text        collate "C" not null,
    mid            numeric     not null
                   constraint rate_observations_mid check (mid > 0 and mid < 'infinity'),
    observed_at    timestamptz not null,
    fetched_at     timestamptz not null,
    stored_at      timestamptz not null default now(),
    stored_by      xid8        not null default pg_current_xact_id(),
    seq            bigint      generated always as identity,
    -- Time first, so that inserts stay at the right edge of the index; the id alone is random.
    constraint rate_observations_pkey
      primary key (observed_at, base_currency, quote_currency, event_id),
    constraint rate_observations_not_ahead check (observed_at <= fetched_at + interval '1 day')
  );
  -- Followed by (stored_by, seq): numbers of a sequence alone become visible out of order.
  create index rate_observations_in_order on rate_observations (stored_by, seq);
  comment on column rate_observations.mid is
    'units of the quote currency for 1 of the base, digits as XE published them';
  comment on column rate_observations.observed_at is
    'XE''s own timestamp: its UTC date is the day the rate belongs to';
  comment on column rate_observations.stored_by is
    'the transaction that stored it: complete below pg_snapshot_xmin(pg_current_snapshot())';

  create table daily_rates (
    rate_date      date        not null,
    base_currency  text        collate "C" not null,
    quote_currency text        collate "C" not null,
    source         text        not null,
    mid            numeric     not null,
    observed_at    timestamptz not null,
    fetched_at     timestamptz not null,
    event_id       uuid        not null,
    constraint daily_rates_pkey primary key (base_currency, quote_currency, rate_date)
  );
  create index daily_rates_source on daily_rates (source, rate_date);

  create table voided_events (
    id             bigint      generated always as identity
                   constraint voided_events_pkey primary key,
    event_id       uuid        not null,
    run_id         text        not null,
    source         text        not null,
    base_currency  text        collate "C" not null,
    quote_currency text        collate "C" not null,
    mid            numeric     not null,
    observed_at    timestamptz not null,
    fetched_at     timestamptz not null,
    reason         text        not null constraint voided_events_reason check (reason <> ''),
    voided_by      text        not null,
    voided_at      timestamptz not null default now(),
    restored_by    text,
    restored_at    timestamptz,
    constraint voided_events_restored check ((restored_by is null) = (restored_at is null))
  );
  create unique index voided_events_in_force on voided_events (event_id) where restored_at is null;
  comment on table voided_events is
    'events that a person took out of the rates, kept to restore them; replays leave them out';

  create function announce_rates() returns trigger language plpgsql as $$
  begin
    perform announce('rates');
    return null;
  end $$;
  create trigger daily_rates_announced after insert or update or delete or truncate on daily_rates
    for each statement execute function announce_rates();
`;

const SECOND_RATES = `
  create table quality_settings (
    only_row  boolean not null default true constraint quality_settings_pkey primary key
              constraint quality_settings_only_row check (only_row),
    tolerance numeric not null default 0.01
  );
  comment on column quality_settings.tolerance is
    'CROSS_CHECK_TOLERANCE of the producer, as a fraction: beyond it two sources diverge';
  insert into quality_settings default values;

  create table second_rates (
    rate_date      date        not null,
    base_currency  text        collate "C" not null,
    quote_currency text        collate "C" not null,
    source         text        not null,
    mid            numeric     not null,
    observed_at    timestamptz not null,
    fetched_at     timestamptz not null,
    event_id       uuid        not null,
    constraint second_rates_pkey primary key (base_currency, quote_currency, rate_date, source)
  );
  create index second_rates_event on second_rates (event_id);
  comment on table second_rates is
    'the newest rate of each day from each source that a better one outranks, to compare them';
  create trigger second_rates_announced after insert or update or delete or truncate
    on second_rates for each statement execute function announce_rates();
`;

export const VIEWS = `
  -- The first real rate hides all simulated ones. The inverse is derived here and nowhere else: a
  -- bare 1 / mid would keep only 16 digits. A jump of more than a fifth against the last known rate
  -- of the seven days before is flagged, never refused, and so is a rate that another source of the
  -- day contradicts. A rate dated more than a day ahead is hidden.
  create view rates as
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
           select from second_rates s
           where s.base_currency = d.base_currency and s.quote_currency = d.quote_currency
             and s.rate_date = d.rate_date and s.source <> d.source
             and (s.source = any (array(select name from sources where simulated)))
                 = (d.source = any (array(select name from sources where simulated)))
             and abs(s.mid - d.mid) > (select tolerance from quality_settings) * d.mid
         ) as diverges
  from daily_rates d
  where (d.source <> all (array(select name from sources where simulated))
         or not exists (
           select from sources real
           where not real.simulated
             and exists (select from daily_rates r where r.source = real.name)))
    and d.rate_date <= (select (ledger_now() at time zone 'UTC')::date + 1);

  -- Every pair that the rates give: as published, inverted, across two rates of one day, and a
  -- currency against itself. A cross is divided with 30 decimals and rounded once; it is as old and
  -- as doubtful as the worse of its two rates, and of the lower ranked source.
  create view rate_pairs as
  select base_currency as base, quote_currency as quote, mid as rate, inverse,
         rate_date, observed_at, fetched_at, source, suspect, diverges, false as derived
  from rates
  union all
  select quote_currency, base_currency, inverse, mid,
         rate_date, observed_at, fetched_at, source, suspect, diverges, true
  from rates
  union all
  select b.quote_currency, q.quote_currency,
         round(q.mid * 1.000000000000000000000000000000 / b.mid, 18),
         round(b.mid * 1.000000000000000000000000000000 / q.mid, 18),
         b.rate_date, least(b.observed_at, q.observed_at), least(b.fetched_at, q.fetched_at),
         case when b.source = q.source or source_rank(q.source) >= source_rank(b.source)
              then q.source else b.source end,
         b.suspect or q.suspect, b.diverges or q.diverges, true
  from rates b
  join rates q on q.base_currency = b.base_currency and q.rate_date = b.rate_date
              and q.quote_currency <> b.quote_currency
  union all
  select quote_currency, quote_currency, 1, 1,
         rate_date, observed_at, fetched_at, source, false, false, true
  from rates
  union all
  select base_currency, base_currency, 1, 1,
         rate_date, max(observed_at), max(fetched_at), max(source), false, false, true
  from rates
  group by base_currency, rate_date;

  -- Each rate beside the best ranked other source of its day. The difference is relative to it.
  create view rate_quality as
  select r.rate_date, r.base_currency, r.quote_currency, r.mid, r.source, r.observed_at,
         s.source as second_source, s.mid as second_mid, s.observed_at as second_observed_at,
         round((s.mid - r.mid) / r.mid, 8) as difference, r.suspect, r.diverges
  from rates r
  left join lateral (
    select o.source, o.mid, o.observed_at
    from second_rates o
    where o.base_currency = r.base_currency and o.quote_currency = r.quote_currency
      and o.rate_date = r.rate_date and o.source <> r.source
      and (o.source = any (array(select name from sources where simulated)))
          = (r.source = any (array(select name from sources where simulated)))
    order by source_rank(o.source), o.source
    limit 1
  ) s on true;

  -- Stored observations by the same rules as the view rates.
  create view observations as
  select event_id, run_id, source, base_currency as base, quote_currency as quote, mid as rate,
         round(1.000000000000000000000000000000 / mid, 18) as inverse,
         (observed_at at time zone 'UTC')::date as rate_date,
         observed_at, fetched_at, stored_at, stored_by, seq
  from rate_observations
  where source <> all (array(select name from sources where simulated))
     or not exists (
       select from sources real
       where not real.simulated
         and exists (select from daily_rates r where r.source = real.name));
`;
