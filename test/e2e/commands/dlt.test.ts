import { expect } from 'chai';
import { encodeRate } from '../../../events/wire-format.ts';
import type { DeadLetter } from '../../../ledger/dead-letters.ts';
import { openPostgresStream } from '../../../stream/postgres/stream.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { makeRate, makeRecord } from '../../support/make-rate.ts';
import { type Command, command } from '../../support/process.ts';
import { quiet } from '../../support/quiet.ts';

const TOPIC = 'fx.rates.v1';
/** An id that no registry knows. */
const UNKNOWN_ID = 77;

describe('npm run dlt', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let consumer: Command;
  const dlt = async (...args: string[]) => {
    const started = command('dlt', { DATABASE_URL: database.url, LOG_LEVEL: 'fatal' }, args);
    const code = await started.exited;
    return { code, said: started.output() };
  };
  const ls = async () => JSON.parse((await dlt('ls', '--json')).said) as DeadLetter[];

  before(async () => {
    database = await testDatabase();
    consumer = command('consumer', { DATABASE_URL: database.url });
    const stream = openPostgresStream({ db: database.db, url: database.url, log: quiet });
    await stream.createTopic({ topic: TOPIC, partitions: 3, replication: 1 });
    await stream.publish(TOPIC, [
      makeRecord(makeRate('NGN', '1543.21')),
      { key: 'USD-KES', value: encodeRate(makeRate('KES', '129.15'), UNKNOWN_ID) },
      { key: 'USD-GHS', value: Buffer.from('{"mid": 11}') },
    ]);
    await eventually(async () =>
      expect(await database.query('select from dead_letters')).to.have.length(2),
    );
  });
  after(async () => {
    consumer.kill('SIGTERM');
    expect(await consumer.exited).to.equal(0);
    await database.drop();
  });

  it('lists the open dead letters with their reasons, as one JSON array too', async () => {
    const letters = await ls();
    expect(letters.map(({ state, reason }) => [state, reason])).to.have.deep.members([
      ['open', 'unknown schema id'],
      ['open', 'wrong magic byte'],
    ]);
    expect((await dlt('ls')).said).to.match(/ 1 +open +fx\.rates\.v1\/\d@0 +\S/);
  });

  it('shows a dead letter with its key and bytes', async () => {
    const { id } = (await ls()).find(({ reason }) => reason === 'wrong magic byte') as DeadLetter;
    const letter = JSON.parse((await dlt('show', id, '--json')).said);
    expect(letter).to.include({
      id,
      key: 'USD-GHS',
      value_text: '{"mid": 11}',
      value_base64: 'eyJtaWQiOiAxMX0=',
      reason_code: 'wrong_magic_byte',
      cause: 'The record is not in Confluent framing: not an event.',
    });
  });

  it('keeps a dead letter open that still fails, with the reason', async () => {
    const { id } = (await ls()).find(({ reason }) => reason === 'wrong magic byte') as DeadLetter;
    const { code, said } = await dlt('redrive', id);
    expect(code).to.equal(1);
    expect(said).to.match(
      /open +fx\.rates\.v1\/\d@0 +wrong magic byte: expected 0x00 first, got 0x7b/,
    );
    expect(said).to.match(/still undecodable: .*; close it with npm run dlt -- close \d+/);
    expect(await ls()).to.have.length(2);
  });

  it('redrives a dead letter that can be stored now, once', async () => {
    // The bytes are whole, only their schema was unknown. Now they carry a built-in id.
    const { id } = (await ls()).find(({ reason }) => reason === 'unknown schema id') as DeadLetter;
    await database.query(
      `update dead_letters
       set value = overlay(value placing '\\x7f000001'::bytea from 2) where id = ?`,
      [id],
    );
    const { code, said } = await dlt('redrive', id, '--json');
    expect([code, (JSON.parse(said) as DeadLetter[])[0]?.state]).to.deep.equal([0, 'redriven']);
    expect(
      await database.query("select mid from daily_rates where quote_currency = 'KES'"),
    ).to.deep.equal([{ mid: '129.15' }]);
    const again = await dlt('redrive', id);
    expect([again.code, again.said]).to.deep.equal([1, `there is no open dead letter ${id}\n`]);
    expect(await database.query('select count(*) from rate_observations')).to.deep.equal([
      { count: '2' },
    ]);
    expect(await ls()).to.have.length(1);
  });

  it('closes a dead letter, and keeps it as a record', async () => {
    const [{ id } = { id: '' }] = await ls();
    const { code, said } = await dlt('close', id, '--json');
    expect([code, (JSON.parse(said) as DeadLetter).state]).to.deep.equal([0, 'closed']);
    expect((await ls()).map((letter) => letter.id)).to.not.contain(id);
    expect((await dlt('redrive', id)).code).to.equal(1);
    expect((await dlt('show', id)).code).to.equal(0);
    expect((await dlt('close', id)).said).to.equal(`there is no open dead letter ${id}\n`);
    expect(await dlt('close', '--all')).to.deep.equal({ code: 0, said: 'no open dead letters\n' });
  });

  it('refuses unknown arguments and ids with exit code 2', async () => {
    const refused = await Promise.all([dlt('redrive'), dlt('show', 'x'), dlt('burn')]);
    expect(refused.map(({ code }) => code)).to.deep.equal([2, 2, 2]);
    expect(await dlt('show', '999')).to.deep.equal({
      code: 1,
      said: 'there is no dead letter 999\n',
    });
  });
});
