import { expect } from 'chai';
import { execute, query, queryOne, queryRow } from '../../../platform/sql.ts';
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
});
