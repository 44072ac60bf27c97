import type { Knex } from 'knex';

/** What XE last said of the account: its package from account_info, and what is left from every answer's headers. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table xe_quota (
      source           text        constraint xe_quota_pkey primary key constraint xe_quota_source check (source in ('xe', 'simulator')),
      package          text,
      service_ends_at  timestamptz,
      quota_limit      bigint,
      quota_remaining  bigint,
      quota_resets_at  timestamptz,
      window_limit     bigint,
      window_remaining bigint,
      window_resets_at timestamptz,
      account_seen_at  timestamptz,
      seen_at          timestamptz not null default ledger_now()
    );
    comment on column xe_quota.quota_remaining is 'rates (not calls) left of the package: account_info, or the headers X-RateRequest-*';
    comment on column xe_quota.window_remaining is 'left of the shorter usage window: the headers X-RateLimit-*';
    comment on column xe_quota.account_seen_at is 'when account_info was last asked, which costs nothing';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table xe_quota');
}
