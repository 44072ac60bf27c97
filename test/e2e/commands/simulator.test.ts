import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import axios from 'axios';
import { expect } from 'chai';
import { testDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { type Command, command, dataDir } from '../../support/process.ts';

describe('npm run simulator', function () {
  this.timeout(180_000);
  let running: Command | undefined;
  let data: ReturnType<typeof dataDir>;
  beforeEach(() => {
    data = dataDir();
  });
  afterEach(async () => {
    running?.kill('SIGKILL');
    await running?.exited;
    data.remove();
  });
  const run = async (settings: Record<string, string>, args: string[]) => {
    const ran = command('simulator', { DATA_DIR: data.dir, ...settings }, args);
    return { code: await ran.exited, output: ran.output() };
  };

  it('switches faults of the simulator that runs on a DATA_DIR, and back', async () => {
    const access = join(data.dir, 'simulator.json');
    running = command('simulator', { DATA_DIR: data.dir });
    await eventually(() => expect(existsSync(access)).to.equal(true));
    const { url } = JSON.parse(readFileSync(access, 'utf8')) as { url: string };
    const fetchRates = () =>
      axios.get(`${url}convert_from.json?to=KES`, {
        auth: { username: 'simulator', password: 'simulator' },
        validateStatus: () => true,
      });
    expect((await fetchRates()).status).to.equal(200);
    const switched = await run({}, ['fault', '503', '--times', '2']);
    expect(switched, switched.output).to.deep.include({ code: 0 });
    expect(switched.output).to.include('{"fault":"503","times":2}');
    expect((await fetchRates()).status).to.equal(503);
    expect((await run({}, ['fault', 'none'])).code).to.equal(0);
    expect((await fetchRates()).status).to.equal(200);
    expect((await run({}, ['fault', 'flood'])).code, 'an unknown fault').to.equal(2);
    running.kill('SIGTERM');
    expect(await running.exited).to.equal(0);
    expect(existsSync(access), 'the access is removed').to.equal(false);
    const without = await run({}, ['fault', '503']);
    expect(without.code).to.equal(1);
    expect(without.output).to.match(/no simulator runs on DATA_DIR/);
  });

  it('deletes real rates of a development database, so that simulated ones show', async () => {
    const database = await testDatabase();
    try {
      await database.query(`insert into rate_observations
          (event_id, run_id, source, base_currency, quote_currency, mid, observed_at, fetched_at)
        select gen_random_uuid(), 'a', source, 'USD', 'KES', mid, '2026-11-23', '2026-11-23'
        from (values ('xe', 130), ('simulator', 129)) as of (source, mid)`);
      await database.query(`insert into daily_rates
        select '2026-11-23', base_currency, quote_currency, source, mid, observed_at, fetched_at,
               event_id
        from rate_observations where source = 'xe'`);
      await database.query(
        `insert into runs (source, trigger, state, currencies)
         values ('xe', 'manual', 'confirmed', '{KES}')`,
      );
      const settings = { DATABASE_URL: database.url };
      const unconfirmed = await run(settings, ['forget-real-rates']);
      expect([unconfirmed.code, unconfirmed.output]).to.deep.include(1);
      expect(unconfirmed.output).to.match(/pass --yes/);
      const keys = { XE_ACCOUNT_ID: 'a', XE_API_KEY: 'k' };
      const withKeys = await run({ ...settings, ...keys }, ['forget-real-rates', '--yes']);
      expect(withKeys.output).to.match(
        /unset XE_ACCOUNT_ID and XE_API_KEY, or OPENEXCHANGERATES_APP_ID first/,
      );
      const done = await run(settings, ['forget-real-rates', '--yes']);
      expect(done, done.output).to.deep.include({ code: 0 });
      expect(done.output).to.match(/1 real observations and 1 runs deleted/);
      expect(await database.query('select source, mid from rates')).to.deep.equal([
        { source: 'simulator', mid: '129' },
      ]);
      expect(await database.query('select from runs')).to.deep.equal([]);
    } finally {
      await database.drop();
    }
  });
});
