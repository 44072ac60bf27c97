import { expect } from 'chai';
import { type Database, isoInstant, openDatabase } from '../../../platform/database.ts';
import { queryRow } from '../../../platform/sql.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';

describe('an instant of the database', () => {
  for (const [text, iso] of [
    ['2026-11-24 01:00:00.5+00', '2026-11-24T01:00:00.5Z'],
    ['2026-11-24 01:00:00.123456+05:30', '2026-11-23T19:30:00.123456Z'],
    ['2026-11-24 23:30:00-03', '2026-11-25T02:30:00Z'],
    ['1883-11-18 12:03:58-04:56:02', '1883-11-18T17:00:00Z'],
    ['infinity', 'infinity'],
  ] as const) {
    it(`${text} is ${iso}`, () => expect(isoInstant(text)).to.equal(iso));
  }
});

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
  const SECRET = 'a secret value';

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

  it('keeps ?options= of its URL beside UTC', async () => {
    const url = new URL(database.url);
    url.searchParams.set('options', '-c TimeZone=Africa/Lagos -c work_mem=7MB');
    const pool = openDatabase({ url: url.href, name: 'test' });
    const shown = await queryRow(
      pool,
      "select current_setting('timezone') as zone, current_setting('work_mem') as memory",
    );
    await pool.destroy();
    expect(shown).to.deep.equal({ zone: 'UTC', memory: '7MB' });
  });
});
