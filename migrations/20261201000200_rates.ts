import type { Knex } from 'knex';

/** Every event once, the one rate of each currency and day, and the views that readers use. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(TABLES);
  await knex.raw(VIEWS);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop view observations, rate_pairs, rates;
    drop table voided_events, daily_rates, rate_observations;
    drop function announce_rates();
  `);
}

const TABLES = `
  create table rate_observations (
    event_id       uuid        not null,
    run_id         text        not null,
    source         text        not null
                   constraint rate_observations_source check (source in ('xe', 'simulator')),
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
  create index daily_rates_xe on daily_rates (rate_date) where source = 'xe';

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

/** Also restored by the `down` of a later migration. */
export const VIEWS = `
  -- The first real rate hides all simulated ones. The inverse is derived here and nowhere else: a
  -- bare 1 / mid would keep only 16 digits. A jump of more than a fifth against the last known rate
  -- of the seven days before is flagged, never refused. A rate dated over a day ahead is hidden.
  create view rates as
  select d.rate_date, d.base_currency, d.quote_currency, d.source, d.mid,
         round(1.000000000000000000000000000000 / d.mid, 18) as inverse,
         d.observed_at, d.fetched_at, d.event_id,
         coalesce((
           select abs(d.mid - earlier.mid) > 0.2 * earlier.mid
           from daily_rates earlier
           where earlier.base_currency = d.base_currency
             and earlier.quote_currency = d.quote_currency
             and earlier.source = d.source
             and earlier.rate_date between d.rate_date - 7 and d.rate_date - 1
           order by earlier.rate_date desc
           limit 1
         ), false) as suspect
  from daily_rates d
  where (d.source = 'xe' or not exists (select from daily_rates real where real.source = 'xe'))
    and d.rate_date <= (select (ledger_now() at time zone 'UTC')::date + 1);

  -- Every pair that the rates give: as published, inverted, across two rates of one day, and a
  -- currency against itself. A cross is divided with 30 decimals and rounded once; it is as old and
  -- as suspect as the worse of its two rates.
  create view rate_pairs as
  select base_currency as base, quote_currency as quote, mid as rate, inverse,
         rate_date, observed_at, fetched_at, source, suspect, false as derived
  from rates
  union all
  select quote_currency, base_currency, inverse, mid,
         rate_date, observed_at, fetched_at, source, suspect, true
  from rates
  union all
  select b.quote_currency, q.quote_currency,
         round(q.mid * 1.000000000000000000000000000000 / b.mid, 18),
         round(b.mid * 1.000000000000000000000000000000 / q.mid, 18),
         b.rate_date, least(b.observed_at, q.observed_at), least(b.fetched_at, q.fetched_at),
         q.source, b.suspect or q.suspect, true
  from rates b
  join rates q on q.base_currency = b.base_currency and q.rate_date = b.rate_date
              and q.quote_currency <> b.quote_currency
  union all
  select quote_currency, quote_currency, 1, 1,
         rate_date, observed_at, fetched_at, source, false, true
  from rates
  union all
  select base_currency, base_currency, 1, 1,
         rate_date, max(observed_at), max(fetched_at), max(source), false, true
  from rates
  group by base_currency, rate_date;

  -- Stored observations by the same rules as the view rates.
  create view observations as
  select event_id, run_id, source, base_currency as base, quote_currency as quote, mid as rate,
         round(1.000000000000000000000000000000 / mid, 18) as inverse,
         (observed_at at time zone 'UTC')::date as rate_date,
         observed_at, fetched_at, stored_at, stored_by, seq
  from rate_observations
  where source = 'xe' or not exists (select from daily_rates real where real.source = 'xe');
`;
