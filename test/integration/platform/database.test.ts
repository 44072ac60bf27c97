import { expect } from 'chai';
import { type Database, openDatabase } from '../../../platform/database.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';

describe('the database', () => {
  let database: TestDatabase;
  let db: Database;
  before(async () => {
    database = await testDatabase();
    db = openDatabase({ url: database.url, name: 'test' });
  });
  after(async () => {
    await db.destroy();
    await database.drop();
  });

  const failureOf = (work: PromiseLike<unknown>): Promise<Error> =>
    Promise.resolve(work).then(
      () => new Error('nothing failed'),
      (error: Error) => error,
    );
  const SECRET = 'what nobody may read';

  it('says what Postgres has said, without the statement and its values', async () => {
    const said = /^invalid input syntax for type integer: "not a number"$/;
    const asked = (on: Database) => on.raw('select ?::text, ?::int', [SECRET, 'not a number']);
    expect((await failureOf(asked(db))).message).to.match(said);
    expect((await failureOf(db.transaction((trx) => asked(trx)))).message).to.match(said);
    expect(
      (await failureOf(db.transaction((trx) => trx.transaction((inner) => asked(inner))))).message,
    ).to.match(said);
  });

  it('keeps the code of what went wrong', async () => {
    expect(await failureOf(db('daily_rates').insert({ mid: SECRET }))).to.include({
      code: '22P02',
    });
  });

  it('has a report take longer than a request, and a load as long as it likes', async () => {
    const limit = async (deadlines: 'request' | 'report' | 'none') => {
      const pool = openDatabase({ url: database.url, name: 'test', deadlines });
      const { rows } = await pool.raw('show statement_timeout');
      await pool.destroy();
      return rows[0].statement_timeout;
    };
    expect([await limit('request'), await limit('report'), await limit('none')]).to.deep.equal([
      '5s',
      '26s',
      '0',
    ]);
  });
});
