import type { Knex } from 'knex';

/** Sources are data: names, ranks and titles in a table, in place of lists in constraints. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(SOURCES);
  await knex.raw(OPEN_NAMES);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(CLOSE_NAMES);
}

const SOURCES = `
  create table sources (
    name      text    not null constraint sources_pkey primary key
              constraint sources_name check (name ~ '^[a-z][a-z0-9-]{0,39}$'),
    rank      integer not null,
    simulated boolean not null default false,
    title     text    not null,
    bills     text    not null default 'rates'
              constraint sources_bills check (bills in ('rates', 'calls'))
  );
  comment on table sources is
    'where rates come from; the consumer adds one that it does not know with rank 900';
  comment on column sources.rank is
    'the lowest rank wins a day; the producer puts the ranks in the order of PROVIDERS';
  comment on column sources.bills is 'what costs: each rate, or each call';
  insert into sources (name, rank, simulated, title, bills) values
    ('xe', 10, false, 'XE', 'rates'),
    ('openexchangerates', 20, false, 'Open Exchange Rates', 'calls'),
    ('simulator', 1000, true, 'Simulator', 'rates'),
    ('simulator-openexchangerates', 1001, true, 'Simulator of Open Exchange Rates', 'calls');

  create function source_rank(source text) returns integer language sql stable as $$
    select coalesce((select rank from sources where name = source), 900)
  $$;
`;

const OPEN_NAMES = `
  alter table rate_observations drop constraint rate_observations_source;
  alter table breakers drop constraint breakers_source;
  alter table backfills drop constraint backfills_source;
  alter table backfills drop constraint backfills_simulated;
  alter table xe_quota drop constraint xe_quota_source;
  alter table xe_quota rename to quotas;
  alter table quotas rename constraint xe_quota_pkey to quotas_pkey;
  alter table runs drop constraint runs_source;
  alter table runs drop constraint runs_answered_by;
  alter table runs drop constraint runs_trigger;
  alter table runs add constraint runs_trigger check
    (trigger in ('schedule', 'catch-up', 'manual', 'backfill', 'fallback', 'cross-check'));

  alter table runs drop column price;
  alter table runs add column bills text not null default 'rates';
  alter table runs add column price integer not null generated always as
    (case bills when 'calls' then 1 else cardinality(currencies) end
       * coalesce(last_day - first_day + 1, 1)) stored;
  comment on column runs.bills is 'sources.bills when the run was filed';
  comment on column runs.price is 'what one fetch costs, in what the source bills: rates or calls';
  comment on column runs.cost is
    'reserved by the claim and settled by the response, in what the source bills; left counted '
    'after a crash';
  comment on column runs.answered_by is 'the source of the rates that came';
  create function set_run_bills() returns trigger language plpgsql as $$
  begin
    new.bills := coalesce((select bills from sources where name = new.source), 'rates');
    return new;
  end $$;
  create trigger runs_bills before insert on runs for each row execute function set_run_bills();

  update runs set failure_code = 'provider_' || substr(failure_code, 4)
  where failure_code like 'xe\\_%';

  drop index daily_rates_xe;
  create index daily_rates_source on daily_rates (source, rate_date);
`;

/** Rates of sources that the schema before cannot name are deleted: a replay brings them back. */
const CLOSE_NAMES = `
  delete from daily_rates where source not in ('xe', 'simulator');
  delete from rate_observations where source not in ('xe', 'simulator');
  delete from runs where source not in ('xe', 'simulator')
    or answered_by not in ('xe', 'simulator') or trigger in ('fallback', 'cross-check');
  delete from backfills where source not in ('xe', 'simulator');
  delete from breakers where source not in ('xe', 'simulator');
  delete from quotas where source not in ('xe', 'simulator');
  drop index daily_rates_source;
  create index daily_rates_xe on daily_rates (rate_date) where source = 'xe';

  update runs set failure_code = 'xe_' || substr(failure_code, 10)
  where failure_code like 'provider\\_%';
  drop trigger runs_bills on runs;
  drop function set_run_bills();
  alter table runs drop column price;
  alter table runs drop column bills;
  alter table runs add column price integer not null generated always as
    (cardinality(currencies) * coalesce(last_day - first_day + 1, 1)) stored;
  comment on column runs.price is 'rates that one fetch returns, as XE bills them';
  alter table runs drop constraint runs_trigger;
  alter table runs add constraint runs_trigger
    check (trigger in ('schedule', 'catch-up', 'manual', 'backfill'));
  alter table runs add constraint runs_answered_by check (answered_by in ('xe', 'simulator'));
  alter table runs add constraint runs_source check (source in ('xe', 'simulator'));
  alter table quotas rename constraint quotas_pkey to xe_quota_pkey;
  alter table quotas rename to xe_quota;
  alter table xe_quota add constraint xe_quota_source check (source in ('xe', 'simulator'));
  alter table backfills add constraint backfills_simulated
    check (not first_start or source = 'simulator');
  alter table backfills add constraint backfills_source check (source in ('xe', 'simulator'));
  alter table breakers add constraint breakers_source check (source in ('xe', 'simulator'));
  alter table rate_observations add constraint rate_observations_source
    check (source in ('xe', 'simulator'));
  drop function source_rank(text);
  drop table sources;
`;
