import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import pg from 'pg';
import sinon from 'sinon';
import { openDatabase } from '../../../platform/database.ts';
import { CannotStart } from '../../../platform/errors.ts';
import { migrate } from '../../../platform/migrate.ts';
import { emptyDatabase, type TestDatabase, testDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { quiet } from '../../support/quiet.ts';

/**
 * Dumps of databases with rates, runs, dead letters, the sample loan book and the embedded stream:
 * one that release 1.0.0 wrote, and one at the schema before the present baseline of migrations.
 */
const dumpOf = (name: string) =>
  gunzipSync(readFileSync(new URL(`${name}.sql.gz`, import.meta.url))).toString('utf8');

/** What users read, and what an upgrade must not change. One query per table. */
const KEPT = {
  observations: `select event_id, run_id, source, base_currency, quote_currency, mid,
                        observed_at, fetched_at, seq
                 from rate_observations order by seq`,
  days: `select rate_date, base_currency, quote_currency, source, mid, inverse, observed_at,
                fetched_at, event_id, suspect
         from rates order by rate_date, quote_currency`,
  stream: 'select * from stream_records order by topic, partition, record_offset',
  offsets: 'select * from stream_group_offsets order by 1, 2, 3',
  deadLetters: `select id, topic, partition, record_offset, key, value, headers, reason, state
                from dead_letters order by id`,
  runs: `select run_id, source, trigger, state, currencies, cost, event_ids, missing, error,
                fetched_at, published_at
         from runs order by asked_at, run_id`,
  borrowers: 'select * from borrowers order by 1',
  loans: `select loan_id, borrower_id, date_of_release, term, loan_amount, maturity_date
          from loans order by 1`,
  instalments: `select loan_id, schedule_id, expected_payment_date, expected_payment_amount
                from payment_schedule order by 1, 2`,
  payments: 'select loan_id, payment_id, date_paid, amount_paid from loan_payments order by 1, 2',
  allocation: `select loan_id, schedule_id, due_date, date_covered
               from allocated_instalments order by 1, 2`,
} as const;

/** What release 1.0.0 did not have. */
const KEPT_SINCE = {
  sources: 'select * from sources order by 1',
  tolerance: 'select tolerance from quality_settings',
  second: 'select * from second_rates order by event_id',
  voided: 'select * from voided_events order by id',
  positions: 'select * from consumer_positions order by 1, 2, 3',
  schedules: 'select * from schedules order by 1, 2, 3',
  breakers: 'select * from breakers order by 1, 2',
  quotas: 'select * from quotas order by 1, 2',
  runs: 'select * from runs order by run_id',
  quality: 'select * from rate_quality order by 1, 2, 3',
} as const;

/** The catalogue of a schema: columns, constraints, indexes, views, functions and triggers. */
const SCHEMA = `
  select 'column' as kind, table_name || '.' || column_name as name,
         concat_ws(' ', data_type, is_nullable, column_default, generation_expression) as definition
  from information_schema.columns where table_schema = 'public'
  union all
  select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
  from pg_constraint where connamespace = 'public'::regnamespace
  union all
  select 'index', indexname, indexdef from pg_indexes where schemaname = 'public'
  union all
  select 'view', viewname, definition from pg_views where schemaname = 'public'
  union all
  select 'function', proname, pg_get_functiondef(oid)
  from pg_proc where pronamespace = 'public'::regnamespace
  union all
  select 'trigger', tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
  order by 1, 2, 3`;

/** One line per object, without indentation. */
const definitions = (rows: unknown[]) =>
  (rows as Record<'kind' | 'name' | 'definition', string>[]).map(({ kind, name, definition }) =>
    `${kind} ${name}: ${definition}`.replace(/\s+/g, ' ').replace(' NOT VALID', ''),
  );

const CASES = [
  { what: 'of release 1.0.0', dump: 'release-1.0.0', kept: KEPT },
  { what: 'before the present baseline', dump: 'last-head', kept: { ...KEPT, ...KEPT_SINCE } },
];

for (const { what, dump, kept: queries } of CASES)
  describe(`a database ${what}`, () => {
    let database: Awaited<ReturnType<typeof emptyDatabase>>;
    beforeEach(async () => {
      database = await emptyDatabase();
      await database.run(dumpOf(dump));
    });
    afterEach(() => database.drop());

    const rows = async () => {
      const kept: Record<string, unknown[]> = {};
      for (const [name, sql] of Object.entries(queries)) kept[name] = await database.run(sql);
      return kept;
    };

    it('is upgraded without losing or changing a row', async () => {
      const before = await rows();
      for (const [name, found] of Object.entries(before)) expect(found, name).to.not.be.empty;
      await migrate(database.url, quiet);
      expect(await rows()).to.deep.equal(before);
    });

    it('then has the schema of a new database', async () => {
      const fresh: TestDatabase = await testDatabase();
      try {
        await migrate(database.url, quiet);
        const upgraded = definitions(await database.run(SCHEMA));
        const created = definitions(await fresh.query(SCHEMA));
        expect(upgraded).to.deep.equal(created);
      } finally {
        await fresh.drop();
      }
    });

    it('numbers new events and dead letters after the old ones', async () => {
      await migrate(database.url, quiet);
      const [found] = await database.run(`
        with event as (
          insert into rate_observations (event_id, run_id, source, base_currency, quote_currency,
                                         mid, observed_at, fetched_at)
          values (gen_random_uuid(), 'new', 'xe', 'USD', 'KES', 1, now(), now()) returning seq
        ), letter as (
          insert into dead_letters (topic, partition, record_offset, headers, reason, detail)
          values ('t', 0, 999, '{}', 'empty', '') returning id
        )
        select seq > (select max(seq) from rate_observations) as event,
               id > (select max(id) from dead_letters) as letter
        from event, letter`);
      expect(found).to.deep.equal({ event: true, letter: true });
    });

    it('has nothing left to apply; its last migration can be reverted and reapplied', async () => {
      await migrate(database.url, quiet);
      expect(await migrate(database.url, quiet)).to.be.empty;
      const db = openDatabase({ url: database.url, name: 'test', deadlines: 'none' });
      try {
        await db.migrate.down();
        expect(await migrate(database.url, quiet)).to.have.length(1);
      } finally {
        await db.destroy();
      }
    });

    it('runs with a warning, then, where a newer version has migrated it', async () => {
      await migrate(database.url, quiet);
      await database.run(
        `insert into knex_migrations (name, batch, migration_time)
         values ('2099_newer.ts', 9, now())`,
      );
      const warn = sinon.stub(quiet, 'warn');
      try {
        expect(await migrate(database.url, quiet)).to.be.empty;
        expect(warn.firstCall.args[0]).to.deep.equal({ migrations: ['2099_newer.ts'] });
        expect(warn.firstCall.args[1]).to.contain('a newer version has migrated the database');
      } finally {
        warn.restore();
      }
    });
  });

describe('a database between two schemas that are known', () => {
  it('is refused with what to do, and stays as it is', async () => {
    const database = await emptyDatabase();
    try {
      await database.run(dumpOf('last-head'));
      await database.run("delete from knex_migrations where name like '20261203%'");
      const refusal = await migrate(database.url, quiet).catch((err: Error) => err);
      expect(refusal).to.be.instanceOf(CannotStart).with.property('message').that.contains('first');
      expect(await database.run('select 1 from runs limit 1')).to.not.be.empty;
    } finally {
      await database.drop();
    }
  });
});

describe('a database of release 1.0.0', () => {
  let database: Awaited<ReturnType<typeof emptyDatabase>>;
  beforeEach(async () => {
    database = await emptyDatabase();
    await database.run(dumpOf('release-1.0.0'));
  });
  afterEach(() => database.drop());

  it('is not upgraded while the upgrade would drop what others attached to it', async () => {
    await database.run(`
      create view mine as select rate_date, mid from rates;
      create publication warehouse for table daily_rates;
      grant select on daily_rates to public;
      alter table loans add column officer text;
      create unique index one_borrower on loans (borrower_id, loan_id);
      alter table daily_rates add constraint plausible check (mid < 1e9);
      create table officers (loan_id text constraint of_loan references loans);
      create rule quiet as on delete to branches do instead nothing;
      grant select (mid) on rate_observations to public;
      alter table runs enable row level security;
      create function note() returns trigger language plpgsql as 'begin return new; end';
      create trigger noted before insert on runs for each row execute function note()`);
    const refusal = await migrate(database.url, quiet).catch((err: Error) => err);
    expect(refusal)
      .to.be.instanceOf(CannotStart)
      .with.property('message')
      .that.contains(
        'columns added to loans, constraint of_loan on officers, ' +
          'constraint plausible on daily_rates, grant on daily_rates to public, ' +
          'grant on rate_observations to public, index one_borrower on loans, ' +
          'publication warehouse, row level security of runs, rule quiet on branches, ' +
          'trigger noted on runs, view mine',
      );
    expect(await database.run('select 1 from mine limit 1')).to.not.be.empty;
  });

  it('keeps what a program of that release commits while the upgrade waits for it', async () => {
    const writer = new pg.Client({ connectionString: database.url });
    await writer.connect();
    try {
      await writer.query(`
        begin;
        insert into rate_observations (event_id, run_id, source, base_currency, quote_currency, mid,
                                       observed_at, fetched_at)
        values (gen_random_uuid(), 'late', 'simulator', 'USD', 'KES', 129.15, '2026-11-24',
                '2026-11-24')`);
      const upgrade = migrate(database.url, quiet);
      await eventually(async () => {
        const waiting = await database.run(
          `select 1 from pg_locks where not granted and relation = 'rate_observations'::regclass`,
        );
        expect(waiting).to.have.length(1);
      });
      await writer.query('commit');
      await upgrade;
    } finally {
      await writer.end();
    }
    const late = await database.run(`select mid from rate_observations where run_id = 'late'`);
    expect(late).to.have.length(1);
  });
});
