import type { Knex } from 'knex';

/** The ledger: one row for every slot and every pull that was asked for, from due to its end. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The one clock of the ledger. Tests put another function in its place; nothing else tells the ledger the time.
    create function ledger_now() returns timestamptz language sql volatile as 'select clock_timestamp()';

    create table runs (
      run_id          uuid        not null default gen_random_uuid() constraint runs_pkey primary key,
      source          text        not null constraint runs_source check (source in ('xe', 'simulator')),
      trigger         text        not null constraint runs_trigger check (trigger in ('schedule', 'catch-up', 'manual', 'backfill')),
      slot            timestamptz,
      state           text        not null default 'due'
                      constraint runs_state check (state in ('due', 'claimed', 'fetched', 'published', 'confirmed', 'failed', 'skipped')),
      currencies      text[]      not null,
      asked_at        timestamptz not null default ledger_now(),
      next_attempt_at timestamptz not null default ledger_now(),
      attempts        integer     not null default 0,
      fence           bigint      not null default 0,
      claimed_by      text,
      lease_until     timestamptz,
      cost            integer     not null default 0,
      cost_at         timestamptz,
      answer          text,
      answered_by     text        constraint runs_answered_by check (answered_by in ('xe', 'simulator')),
      fetched_at      timestamptz,
      event_ids       uuid[],
      published_to    jsonb,
      published_at    timestamptz,
      publishes       integer     not null default 0,
      missing         text[]      not null default '{}',
      error           text,
      ended_at        timestamptz,
      constraint runs_one_per_slot unique (source, slot)
    );
    comment on column runs.fence is 'raised by every claim: a holder whose lease was taken over can no longer write';
    comment on column runs.cost is 'rates, as XE bills them: reserved by the claim, settled by the answer, left counted after a crash';
    comment on column runs.answer is 'what XE sent, byte for byte; the events are derived from it, so a publish can be repeated without asking again';
    comment on column runs.source is 'whom the settings name; answered_by is who it was: a simulator says so in its answer, whatever keys are set';
    comment on column runs.ended_at is 'end of the last round, also of a failed one that will be tried again';

    -- However many ask at once, one pull is open.
    create unique index runs_one_open_request on runs (source)
      where trigger = 'manual' and state in ('due', 'claimed', 'fetched');
    create index runs_open on runs (source, next_attempt_at) where state in ('due', 'claimed', 'fetched', 'published');
    create index runs_ended on runs (source, ended_at);
    create index runs_cost on runs (source, cost_at) where cost > 0;

    create function announce_run() returns trigger language plpgsql as $$
    begin
      perform pg_notify('runs', new.run_id::text);
      return null;
    end $$;
    create trigger runs_announced after insert or update of state, ended_at on runs for each row execute function announce_run();
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table runs; drop function announce_run(); drop function ledger_now()');
}
