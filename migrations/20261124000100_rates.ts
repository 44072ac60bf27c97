import type { Knex } from 'knex';

/** Every event once, and the one rate of each currency and day that the events add up to. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table rate_observations (
      event_id       uuid        constraint rate_observations_pkey primary key,
      run_id         text        not null,
      source         text        not null constraint rate_observations_source check (source in ('xe', 'simulator')),
      base_currency  text        collate "C" not null,
      quote_currency text        collate "C" not null,
      mid            numeric     not null constraint rate_observations_mid check (mid > 0 and mid < 'infinity'),
      observed_at    timestamptz not null,
      fetched_at     timestamptz not null,
      stored_at      timestamptz not null default now()
    );
    comment on column rate_observations.mid is 'units of the quote currency for 1 of the base, digits as XE published them';
    comment on column rate_observations.observed_at is 'XE''s own timestamp: its UTC date is the day the rate belongs to';

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
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table daily_rates; drop table rate_observations');
}
