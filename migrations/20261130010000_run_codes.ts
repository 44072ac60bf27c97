import type { Knex } from 'knex';

/**
 * State as columns and codes: why a run failed, what it brought, and whose circuit breaker it waits
 * for. Circuit breaker and quota belong to the credentials, and a schedule has a start.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table runs rename column answer to response_body;
    alter table runs rename column look_at to recheck_at;
    alter table runs
      add column failure_code        text,
      add column failure_detail      jsonb,
      add column dead_letter_id      bigint,
      add column outcome             text
                 constraint runs_outcome check (outcome in ('ok', 'partial', 'no_newer_rate')),
      add column blocked_credentials text,
      add column abandoned_claims    integer not null default 0,
      add column observed_from       timestamptz,
      add column observed_to         timestamptz,
      drop constraint runs_state,
      add constraint runs_state check (state in
        ('due', 'claimed', 'fetched', 'published', 'confirmed', 'retrying', 'failed', 'skipped'));
    comment on column runs.response_body is
      'what XE sent, byte for byte; the events are derived from it, so a publish costs nothing';
    comment on column runs.recheck_at is 'when a published run without its rows is checked again';
    comment on column runs.failure_code is 'why the run waits, failed or was skipped; for programs';
    comment on column runs.failure_detail is 'the numbers that belong to failure_code';
    comment on column runs.error is 'failure_code and failure_detail as a sentence; for people';
    comment on column runs.outcome is
      'of a confirmed run; no_newer_rate: its rows are hidden or older than what was there';
    comment on column runs.blocked_credentials is
      'fingerprint of the credentials whose open circuit breaker the run waits for';
    comment on column runs.abandoned_claims is
      'claims that ended without a response because their holder died; each may have been billed';
    comment on column runs.observed_from is 'first observed_at among the events of the run';
    comment on column runs.observed_to is 'last observed_at among the events of the run';

    update runs set state = 'retrying'
     where state = 'due' and ended_at is not null and error is not null;
    update runs
       set failure_code = 'dead_letter', dead_letter_id = substring(error from '\\d+$')::bigint
     where state = 'failed' and error like 'dead letter %';
    update runs set outcome = case when missing = '{}' then 'ok' else 'partial' end
     where state = 'confirmed';

    drop index runs_one_open_request, runs_open;
    create unique index runs_one_open_request on runs (source)
      where trigger = 'manual' and state in ('due', 'claimed', 'fetched', 'retrying');
    create index runs_open on runs (source, next_attempt_at)
      where state in ('due', 'claimed', 'fetched', 'published', 'retrying');
  `);
  await knex.raw(ACCOUNTS);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table schedules;

    delete from xe_quota where source = 'xe';
    alter table xe_quota
      drop constraint xe_quota_pkey,
      drop column credentials,
      add constraint xe_quota_pkey primary key (source);
    delete from breakers where source = 'xe';
    alter table breakers
      drop constraint breakers_pkey,
      drop column credentials,
      drop column probe_at,
      add constraint breakers_pkey primary key (source);

    drop index runs_one_open_request, runs_open;
    update runs set state = 'due' where state = 'retrying';
    alter table runs
      drop constraint runs_state,
      add constraint runs_state check (state in
        ('due', 'claimed', 'fetched', 'published', 'confirmed', 'failed', 'skipped')),
      drop column failure_code, drop column failure_detail, drop column dead_letter_id,
      drop column outcome, drop column blocked_credentials, drop column abandoned_claims,
      drop column observed_from, drop column observed_to;
    alter table runs rename column response_body to answer;
    alter table runs rename column recheck_at to look_at;
    create unique index runs_one_open_request on runs (source)
      where trigger = 'manual' and state in ('due', 'claimed', 'fetched');
    create index runs_open on runs (source, next_attempt_at)
      where state in ('due', 'claimed', 'fetched', 'published');
  `);
}

const ACCOUNTS = `
    -- What was learned of credentials that nobody can name any more is learned again for free.
    delete from breakers where source = 'xe';
    alter table breakers
      add column credentials text not null default 'simulator',
      add column probe_at    timestamptz,
      drop constraint breakers_pkey,
      add constraint breakers_pkey primary key (source, credentials);
    alter table breakers alter column credentials drop default;
    comment on column breakers.credentials is
      'first 12 hex digits of sha256(account id || '':'' || key), or simulator; never the key';
    comment on column breakers.probe_at is
      'one run may call XE from then on although the breaker is open';

    delete from xe_quota where source = 'xe';
    alter table xe_quota
      add column credentials text not null default 'simulator',
      drop constraint xe_quota_pkey,
      add constraint xe_quota_pkey primary key (source, credentials);
    alter table xe_quota alter column credentials drop default;
    comment on column xe_quota.credentials is 'see breakers.credentials';

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
`;
