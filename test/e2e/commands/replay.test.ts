import { expect } from 'chai';
import { dryReplay, rebuild, replay, voidEvent } from '../../../consumer/corrections.ts';
import { openRateStore } from '../../../consumer/rate-store.ts';
import type { EventStream } from '../../../stream/port.ts';
import { openPostgresStream } from '../../../stream/postgres/stream.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { makeRate, makeRecord } from '../../support/make-rate.ts';
import { command, onTerminal } from '../../support/process.ts';
import { quiet } from '../../support/quiet.ts';
import { isInstalled, skipWithout } from '../../support/requirements.ts';

const TOPIC = 'fx.rates.v1';
const DAYS = 30;

describe('a replay', () => {
  let database: TestDatabase;
  let stream: EventStream;
  const deps = () => ({
    db: database.db,
    stream,
    topic: TOPIC,
    schemaOf: () => Promise.resolve(null),
    log: quiet,
  });
  const day = (n: number) => `2026-10-${String(n + 1).padStart(2, '0')}`;

  beforeEach(async () => {
    database = await testDatabase();
    stream = openPostgresStream({ db: database.db, url: database.url, log: quiet });
    await stream.createTopic({ topic: TOPIC, partitions: 3, replication: 1 });
    const history = Array.from({ length: DAYS }, (_, n) =>
      ['KES', 'NGN'].map((currency) =>
        makeRate(currency, `${n + 1}.5`, {
          run_id: `run-${n}`,
          observed_at: `${day(n)}T00:00:00.000Z`,
        }),
      ),
    ).flat();
    await stream.publish(TOPIC, [
      ...history.map(makeRecord),
      { key: 'USD-KES', value: Buffer.from('poison') },
    ]);
  });
  afterEach(() => database.drop());

  const tables = () =>
    database.query(
      `select (select md5(string_agg(d::text, '|' order by d::text)) from daily_rates d) as rates,
              (select count(*) from rate_observations) as observations,
              (select count(*) from dead_letters) as letters`,
    );

  it('stores everything into empty tables, and changes nothing the second time', async () => {
    expect(await replay(deps(), {})).to.deep.equal({
      read: 61,
      inserted: 60,
      updated_days: 60,
      unchanged: 0,
      dead: 1,
    });
    const once = await tables();
    expect(await replay(deps(), {})).to.deep.equal({
      read: 61,
      inserted: 0,
      updated_days: 0,
      unchanged: 60,
      dead: 1,
    });
    expect(await tables()).to.deep.equal(once);
  });

  it('never replaces a newer rate with an older one', async () => {
    await replay(deps(), {});
    await database.query(
      `update daily_rates set mid = 99, observed_at = observed_at + interval '1 hour'
       where rate_date = '2026-10-01'`,
    );
    await replay(deps(), {});
    expect(
      await database.query("select mid from daily_rates where rate_date = '2026-10-01'"),
    ).to.deep.equal([{ mid: '99' }, { mid: '99' }]);
  });

  it('reads only what was published in the requested time', async () => {
    expect(await replay(deps(), { from: '2099-01-01T00:00:00.000Z' })).to.include({ read: 0 });
    expect(await replay(deps(), { to: '2020-01-01T00:00:00.000Z' })).to.include({ read: 0 });
  });

  it('commits no offset of the live consumer group', async () => {
    const before = await stream.positions(TOPIC, 'live');
    await replay(deps(), {});
    expect(await stream.positions(TOPIC, 'live')).to.deep.equal(before);
  });

  it('reports in a dry run what it would do, and writes nothing', async () => {
    await replay(deps(), {});
    await database.query("delete from daily_rates where rate_date < '2026-10-04'");
    await database.query("delete from rate_observations where observed_at < '2026-10-04'");
    const before = await tables();
    expect(await dryReplay(deps(), {})).to.deep.equal({
      read: 61,
      inserted: 6,
      updated_days: 6,
      unchanged: 54,
      dead: 1,
    });
    expect(await tables()).to.deep.equal(before);
  });

  it('rebuilds both tables from the stream', async () => {
    await replay(deps(), {});
    const clean = await tables();
    await database.query('update daily_rates set mid = 1');
    await rebuild(deps(), { force: false });
    expect(await tables()).to.deep.equal(clean);
  });

  it('refuses to rebuild when currency-days would be lost, and changes nothing', async () => {
    await replay(deps(), {});
    await database.query(
      `insert into daily_rates
       select '2020-01-01', base_currency, 'GHS', source, mid, observed_at, fetched_at,
              gen_random_uuid()
       from daily_rates limit 1`,
    );
    const before = await tables();
    const refused = await rebuild(deps(), { force: false }).catch((error: Error) => error.message);
    expect(refused).to.equal(
      'the stream holds 60 currency-days and the tables 61: 0 events would be lost and ' +
        '1 days would lose their rate or get a lower ranked one; ' +
        'nothing was changed, --force rebuilds all the same',
    );
    expect(await tables()).to.deep.equal(before);
    await rebuild(deps(), { force: true });
    expect(await database.query('select count(*) from daily_rates')).to.deep.equal([
      { count: '60' },
    ]);
  });

  it('refuses to rebuild when a simulated rate would replace a real one', async () => {
    // The stream was replaced by one that holds another run's simulated rate of the day.
    await replay(deps(), {});
    const day = { observed_at: '2026-10-01T00:00:00.000Z' };
    const real = makeRate('GHS', '11.5', { ...day, run_id: 'real' });
    const made = makeRate('GHS', '12', { ...day, run_id: 'made', source: 'simulator' });
    await stream.publish(TOPIC, [makeRecord(made)]);
    await openRateStore(database.db).save([real]);
    await replay(deps(), {});
    const before = await tables();
    const refused = await rebuild(deps(), { force: false }).catch((error: Error) => error.message);
    expect(refused).to.match(/: 1 events would be lost and 1 days would lose their rate or get/);
    expect(await tables()).to.deep.equal(before);
    await rebuild(deps(), { force: true });
    expect(
      await database.query("select source from daily_rates where quote_currency = 'GHS'"),
    ).to.deep.equal([{ source: 'simulator' }]);
  });

  it('leaves a voided event out; a rebuild does not count it as lost', async () => {
    await replay(deps(), {});
    const [{ event_id: eventId } = { event_id: '' }] = await database.query<{ event_id: string }>(
      "select event_id from daily_rates where rate_date = '2026-10-05' and quote_currency = 'KES'",
    );
    await voidEvent(database.db, { eventId, reason: 'wrong by a factor of 100', by: 'ann@desk' });
    const without = await tables();
    expect(await replay(deps(), {})).to.include({ inserted: 0, updated_days: 0 });
    expect(await tables()).to.deep.equal(without);
    await rebuild(deps(), { force: false });
    expect(await tables()).to.deep.equal(without);
  });

  it('shows readers the old rows while it rebuilds', async () => {
    await replay(deps(), {});
    let seen: unknown;
    const looking = {
      ...deps(),
      onProgress: async () => (seen ??= database.query('select count(*) from daily_rates')),
    };
    await rebuild(looking, { force: false });
    expect(await seen).to.deep.equal([{ count: '60' }]);
  });

  it('prints only its result to stdout', async () => {
    const run = async (...args: string[]) => {
      const started = command('replay', { DATABASE_URL: database.url, LOG_LEVEL: 'fatal' }, args);
      return [await started.exited, started.output()];
    };
    expect(await run('--from', '2026-01-01', '--json')).to.deep.equal([
      0,
      '{"read":61,"inserted":60,"updated_days":60,"unchanged":0,"dead":1}\n',
    ]);
    expect(await run('--from', '2026-01-01', '--dry-run')).to.deep.equal([
      0,
      'dry run: read 61: 0 inserted, 60 unchanged, 1 dead; 0 currency-days updated\n',
    ]);
    expect((await run())[0]).to.equal(2);
    expect((await run('--from', '2026-01-02', '--to', '2026-01-01'))[0]).to.equal(2);
    expect(await run('--from', '2026-02-30')).to.deep.equal([
      2,
      "error: option '--from <day>' argument '2026-02-30' is invalid. " +
        'this day does not exist, use one like 2026-01-31; got 2026-02-30\n',
    ]);
  }).timeout(60_000);

  it('shows progress, speed and time left on a terminal, but not with --quiet', async function () {
    this.timeout(60_000);
    skipWithout(
      this,
      'the bar of a replay',
      isInstalled('script') ? null : "no util-linux' script",
    );
    const many = Array.from({ length: 1200 }, (_, n) =>
      makeRate('GHS', `${n + 1}.5`, { run_id: `many-${n}` }),
    );
    await stream.publish(TOPIC, many.map(makeRecord));
    const shown = async (...args: string[]) => {
      const started = onTerminal('replay', { DATABASE_URL: database.url, LOG_LEVEL: 'fatal' }, [
        '--from',
        '2026-01-01',
        '--json',
        ...args,
      ]);
      return [await started.exited, started.output()] as const;
    };
    const [code, watched] = await shown();
    expect(code, watched).to.equal(0);
    const lines = watched.split('\u001b').flatMap((text) => /[-=]+ \d+ % .*/.exec(text) ?? []);
    expect(lines, watched).to.have.length.above(1);
    for (const line of lines) expect(line, 'fits into a terminal').to.have.length.below(80);
    const looks = lines.map((line) =>
      (/(\d+) % (\d+) of 1261 events, (\d+)\/s, (\d+) s left$/.exec(line) ?? [])
        .slice(1)
        .map(Number),
    );
    for (const [percentage = Number.NaN, read = 0, rate = 0, left = 0] of looks) {
      expect(percentage).to.equal(Math.floor((read / 1261) * 100));
      expect(rate).to.be.above(0);
      // What is left at this pace, which is itself shown as a whole number.
      expect(left).to.be.within(
        Math.floor((1261 - read) / (rate + 1)),
        Math.ceil((1261 - read) / (rate - 1 || 1)) + 1,
      );
    }
    expect(looks.at(-1)).to.deep.include.members([100, 1261, 0]);
    const [, quietly] = await shown('--quiet');
    expect(quietly).to.not.match(/ s left/);
  });
});
