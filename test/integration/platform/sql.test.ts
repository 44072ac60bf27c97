import { expect } from 'chai';
import { type Database, openDatabase } from '../../../platform/database.ts';
import { execute, query, queryOne, queryPrepared, queryRow } from '../../../platform/sql.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';

describe('a statement', () => {
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());

  it('takes named parameters, repeated and with a cast, as it does in psql', async () => {
    const sql = `
      select :name::text as name, :name || '!' as loud, :json::jsonb ? 'a' as has_a -- :comment
      /* :other */ where ':literal' <> :name::text and "quote" = any(:list::int[])`;
    const params = { name: 'x', json: '{"a": 1}', list: [1, 2] };
    const from = sql.replace('where', 'from (values (2)) v ("quote") where');
    expect(await query(database.db, from, params)).to.deep.equal([
      { name: 'x', loud: 'x!', has_a: true },
    ]);
  });

  it('is refused when a parameter has no value', async () => {
    const failure = await query(database.db, 'select :a::int', {}).catch((err: Error) => err);
    expect(String(failure)).to.match(/no value for the parameter :a/);
  });

  it('returns at most one row, exactly one row, or the number of rows it changed', async () => {
    const { db } = database;
    expect(await queryOne(db, 'select 1 as one where false')).to.equal(null);
    expect(await queryRow(db, 'select 1 as one')).to.deep.equal({ one: 1 });
    const two = 'select * from generate_series(1, 2) n';
    expect(String(await queryOne(db, two).catch((err: Error) => err))).to.match(/got 2/);
    const none = 'select 1 where false';
    expect(String(await queryRow(db, none).catch((err: Error) => err))).to.match(/got none/);
    expect(
      await execute(
        db,
        `insert into services (service, instance, started_at, seen_at, health)
         select 'sql', n::text, now(), now(), '{}' from generate_series(1, :count::int) n`,
        { count: 3 },
      ),
    ).to.equal(3);
  });

  it('is planned once per connection when prepared, but not in a transaction', async () => {
    const { url } = database;
    const db = openDatabase({ url, name: 'prepared', poolSize: 1 });
    try {
      const sql = 'select count(*)::int + :more::int as services from services';
      const count = async (on: Database) =>
        (await queryPrepared<{ services: number }>(on, sql, { more: 100 }))[0]?.services;
      await execute(
        db,
        `insert into services (service, instance, started_at, seen_at, health)
         values ('prepared', '1', now(), now(), '{}')`,
      );
      const before = await count(db);
      expect(await count(db)).to.equal(before);
      const kept = `select generic_plans + custom_plans as runs from pg_prepared_statements
                    where statement like '%from services'`;
      expect(await query(db, kept)).to.deep.equal([{ runs: '2' }]);
      // A dry run works on temporary tables. From the second one on in a session, Postgres would
      // take the plan of the tables that they stand in for.
      for (const _run of [1, 2]) {
        await db.transaction(async (trx) => {
          await execute(trx, 'create temporary table services () on commit drop');
          expect(await count(trx)).to.equal(100);
        });
        expect(await count(db)).to.equal(before);
      }
    } finally {
      await db.destroy();
    }
  });
});
