import type { Knex } from 'knex';

/** The ledger: every slot and run from due to its end, quota, circuit breakers and backfills. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(ACCOUNTS);
  await knex.raw(RUNS);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table runs, backfills, schedules, quotas, breakers;
    drop function announce_run();
    drop function set_run_bills();
  `);
}

const ACCOUNTS = `
  create table breakers (
    source      text        not null,
    credentials text        not null,
    status      integer     not null,
    reason      text        not null,
    opened_at   timestamptz not null default ledger_now(),
    open_until  timestamptz not null,
    probe_at    timestamptz,
    constraint breakers_pkey primary key (source, credentials)
  );
  comment on table breakers is 'open circuit breakers: XE is not called before open_until';
  comment on column breakers.credentials is
    'first 12 hex digits of sha256(account id || '':'' || key), or simulator; never the key';
  comment on column breakers.probe_at is
    'one run may call XE from then on although the breaker is open';

  create table quotas (
    source           text        not null,
    credentials      text        not null,
    package          text,
    service_ends_at  timestamptz,
    quota_limit      bigint,
    quota_remaining  bigint,
    quota_resets_at  timestamptz,
    window_limit     bigint,
    window_remaining bigint,
    window_resets_at timestamptz,
    account_seen_at  timestamptz,
    seen_at          timestamptz not null default ledger_now(),
    constraint quotas_pkey primary key (source, credentials)
  );
  comment on column quotas.credentials is 'see breakers.credentials';
  comment on column quotas.quota_remaining is
    'rates (not calls) left of the package: account_info, or the headers X-RateRequest-*';
  comment on column quotas.window_remaining is
    'left of the shorter usage window: the headers X-RateLimit-*';
  comment on column quotas.account_seen_at is 'when account_info was last fetched; it is free';

  create table schedules (
    source         text        not null,
    cron           text        not null,
    zone           text        not null,
    in_force_since timestamptz not null,
    last_seen_at   timestamptz not null,
    constraint schedules_pkey primary key (source, cron, zone)
  );
  comment on table schedules is
    'when each SCHEDULE was first in force: a changed one has no slots before that';

  create table backfills (
    backfill_id   uuid        not null default gen_random_uuid()
                  constraint backfills_pkey primary key,
    source        text        not null,
    asked_at      timestamptz not null default ledger_now(),
    accepted_cost integer     not null constraint backfills_accepted_cost check (accepted_cost > 0),
    first_start   boolean     not null default false
  );
  comment on table backfills is 'requests for past days; each page of days is a run';
  comment on column backfills.accepted_cost is
    'the rates that the person who asked accepted to pay for; its runs never cost more';
  comment on column backfills.first_start is
    'the simulated history of a first start, for the charts: never with real keys';
  create unique index backfills_one_first_start on backfills (source) where first_start;
`;

const RUNS = `
  create table runs (
    run_id              uuid        not null default gen_random_uuid()
                        constraint runs_pkey primary key,
    source              text        not null,
    trigger             text        not null constraint runs_trigger check (trigger in
                        ('schedule', 'catch-up', 'manual', 'backfill', 'fallback', 'cross-check')),
    slot                timestamptz,
    currencies          text[]      not null,
    first_day           date,
    last_day            date,
    backfill_id         uuid        constraint runs_backfill references backfills (backfill_id),
    asked_at            timestamptz not null default ledger_now(),

    state               text        not null default 'due' constraint runs_state check (state in
                        ('due', 'claimed', 'fetched', 'published',
                         'confirmed', 'retrying', 'failed', 'skipped')),
    outcome             text        constraint runs_outcome
                        check (outcome in ('ok', 'partial', 'no_newer_rate')),
    failure_code        text,
    failure_detail      jsonb,
    error               text,
    dead_letter_id      bigint,
    blocked_credentials text,
    ended_at            timestamptz,
    skipped_to          timestamptz,
    skipped_count       integer,

    next_attempt_at     timestamptz not null default ledger_now(),
    attempts            integer     not null default 0,
    abandoned_claims    integer     not null default 0,
    fence               bigint      not null default 0,
    claimed_by          text,
    claimed_at          timestamptz,
    lease_until         timestamptz,

    bills               text        not null default 'rates',
    price               integer     not null generated always as
                        (case bills when 'calls' then 1 else cardinality(currencies) end
                          * coalesce(last_day - first_day + 1, 1)) stored,
    cost                integer     not null default 0,
    cost_at             timestamptz,
    package             text,
    quota               jsonb,

    response_body       text,
    answered_by         text,
    fetched_at          timestamptz,
    missing             text[]      not null default '{}',
    event_ids           uuid[],
    observed_from       timestamptz,
    observed_to         timestamptz,
    published_to        jsonb,
    published_at        timestamptz,
    publishes           integer     not null default 0,
    recheck_at          timestamptz,

    constraint runs_one_per_slot unique (source, slot),
    constraint runs_days
      check ((first_day is null) = (last_day is null) and first_day <= last_day),
    constraint runs_skipped check ((skipped_to is null) = (skipped_count is null))
  );
  comment on column runs.source is
    'whom the settings name; answered_by is who answered: a simulator says so in its response';
  comment on column runs.first_day is
    'first of the past days whose historic rates are fetched; null: the current rate';
  comment on column runs.outcome is
    'of a confirmed run; no_newer_rate: its rows are hidden or older than what was there';
  comment on column runs.failure_code is 'why the run waits, failed or was skipped; for programs';
  comment on column runs.failure_detail is 'the numbers that belong to failure_code';
  comment on column runs.error is 'failure_code and failure_detail as a sentence; for people';
  comment on column runs.blocked_credentials is
    'fingerprint of the credentials whose open circuit breaker the run waits for';
  comment on column runs.ended_at is
    'end of the last attempt, also of a failed one that is retried';
  comment on column runs.skipped_to is
    'the last of the skipped_count slots that this one row covers; the first is slot';
  comment on column runs.abandoned_claims is
    'claims that ended without a response because their holder died; each may have been billed';
  comment on column runs.fence is
    'fencing token, raised by every claim: a holder whose lease was taken over can no longer write';
  comment on column runs.bills is 'sources.bills when the run was filed';
  comment on column runs.price is 'what one fetch costs, in what the source bills: rates or calls';
  comment on column runs.cost is
    'reserved by the claim and settled by the response, in what the source bills; left counted '
    'after a crash';
  comment on column runs.answered_by is 'the source of the rates that came';
  comment on column runs.package is
    'XE''s name of the package that answered; a trial may serve mock rates';
  comment on column runs.quota is 'XE''s quota headers as they came with the response';
  comment on column runs.response_body is
    'what XE sent, byte for byte; the events are derived from it, so a publish costs nothing';
  comment on column runs.observed_from is 'first observed_at among the events of the run';
  comment on column runs.observed_to is 'last observed_at among the events of the run';
  comment on column runs.recheck_at is 'when a published run without its rows is checked again';

  -- Coalescing: of all manual requests at one time, one run is open.
  create unique index runs_one_open_request on runs (source)
    where trigger = 'manual' and state in ('due', 'claimed', 'fetched', 'retrying');
  create index runs_open on runs (source, next_attempt_at)
    where state in ('due', 'claimed', 'fetched', 'published', 'retrying');
  create index runs_ended on runs (source, ended_at);
  create index runs_cost on runs (source, cost_at) where cost > 0;
  create index runs_newest on runs (asked_at desc, run_id desc);
  create index runs_skipped_to on runs (source, skipped_to) where skipped_to is not null;
  create index runs_of_backfill on runs (backfill_id) where backfill_id is not null;

  create function set_run_bills() returns trigger language plpgsql as $$
  begin
    new.bills := coalesce((select bills from sources where name = new.source), 'rates');
    return new;
  end $$;
  create trigger runs_bills before insert on runs for each row execute function set_run_bills();

  create function announce_run() returns trigger language plpgsql as $$
  begin
    perform announce('runs', new.run_id::text);
    return null;
  end $$;
  create trigger runs_announced after insert or update of state, ended_at on runs
    for each row execute function announce_run();
`;
