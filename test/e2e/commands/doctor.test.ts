import { type AddressInfo, createServer, type Server } from 'node:net';
import axios from 'axios';
import { expect } from 'chai';
import { kafkaSettings } from '../../../app/event-stream.ts';
import { firstLane } from '../../../app/lanes.ts';
import { RATE_OBSERVED_SCHEMA } from '../../../events/rate-observed.ts';
import { readConfig } from '../../../platform/config.ts';
import { startSimulator } from '../../../simulator/index.ts';
import { openKafkaStream } from '../../../stream/kafka/stream.ts';
import { openSchemaRegistry } from '../../../stream/schema-registry.ts';
import type { Check } from '../../../tools/doctor/check.ts';
import type { Diagnosis } from '../../../tools/doctor/diagnose.ts';
import { examineKafka } from '../../../tools/doctor/kafka.ts';
import { examinePostgres } from '../../../tools/doctor/postgres.ts';
import { examineProvider, examineSimulator } from '../../../tools/doctor/providers.ts';
import { examineRegistry } from '../../../tools/doctor/registry.ts';
import { brokerMissing, sharedBroker } from '../../support/broker.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { startPgbouncer } from '../../support/pgbouncer.ts';
import { command, dataDir, freePort, get } from '../../support/process.ts';
import { quiet } from '../../support/quiet.ts';
import { isInstalled, skipWithout } from '../../support/requirements.ts';

const UNUSED_ADDRESS = '127.0.0.1:1';

const checkNamed = (checks: readonly Check[], name: string): Check =>
  checks.find((check) => check.name === name) ??
  expect.fail(`no ${name} among ${JSON.stringify(checks)}`);
const problemNamed = (checks: readonly Check[], name: string) => {
  const check = checkNamed(checks, name);
  if (check.state !== 'problem') return expect.fail(`${name} is ${JSON.stringify(check)}`);
  return check;
};

/** A server that accepts connections and never answers. */
function startBlackHole(): Promise<Server> {
  const server = createServer((socket) => void socket.on('error', () => {}));
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

/** Runs `npm run doctor -- --json` and returns its diagnosis. */
async function runDoctor(settings: Record<string, string>) {
  const doctor = command('doctor', settings, ['--json', '--quiet']);
  const code = await doctor.exited;
  return { code, output: doctor.output(), diagnosis: JSON.parse(doctor.output()) as Diagnosis };
}

const laneTo = (how: { baseUrl: string; accountId: string; apiKey: string }) =>
  firstLane(
    readConfig(
      { XE_BASE_URL: how.baseUrl, XE_ACCOUNT_ID: how.accountId, XE_API_KEY: how.apiKey },
      '/nonexistent/.env',
    ),
  );

describe('the doctor on Postgres', () => {
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());
  const examineUrl = (url = database.url) => examinePostgres({ url, dataDir: null });
  const examineChanged = (change: (url: URL) => void) => {
    const url = new URL(database.url);
    change(url);
    return examineUrl(url.href);
  };

  it('reports version, size, connections, clock and migrations', async () => {
    const checks = await examineUrl();
    expect(checks.map(({ name, state }) => [name, state])).to.deep.equal([
      ['Postgres', 'ok'],
      ['clock of Postgres', 'ok'],
      ['migrations', 'ok'],
    ]);
    expect(checkNamed(checks, 'Postgres').detail).to.match(
      /PostgreSQL 18\.\d+, \d+ MB, \d+ of 100 connections/,
    );
  });

  it('reports migrations that are pending or of a newer version', async () => {
    const [{ name } = { name: '' }] = await database.query<{ name: string }>(
      `delete from knex_migrations where id = (select max(id) from knex_migrations)
       returning name`,
    );
    expect(problemNamed(await examineUrl(), 'migrations')).to.include({
      code: 'migrations_pending',
      detail: `pending: ${name}`,
      fix: 'npm run migrate',
    });
    await database.query('insert into knex_migrations (name, batch) values (?, 1), (?, 1)', [
      name,
      '29990101000000_later.ts',
    ]);
    expect(problemNamed(await examineUrl(), 'migrations').fix).to.equal('run the newer version');
    await database.query("delete from knex_migrations where name like '2999%'");
  });

  it('says what to do when Postgres is unreachable or refuses password or database', async () => {
    const unreachable = problemNamed(await examineChanged((url) => (url.port = '1')), 'Postgres');
    expect(unreachable).to.include({
      code: 'postgres_unavailable',
      fix: 'start Postgres at 127.0.0.1:1, or correct host and port in DATABASE_URL',
    });
    expect(unreachable.detail).to.contain('ECONNREFUSED');
    const refused = await examineChanged((url) => (url.password = 'x'));
    expect(problemNamed(refused, 'Postgres').code).to.equal('postgres_refused');
    const missing = await examineChanged((url) => (url.pathname = '/none'));
    expect(problemNamed(missing, 'Postgres').code).to.equal('database_missing');
  });

  it('finds a PgBouncer in transaction mode, and accepts one in session mode', async function () {
    this.timeout(30_000);
    skipWithout(
      this,
      'the doctor behind PgBouncer',
      isInstalled('pgbouncer') ? null : 'no pgbouncer (Debian: pgbouncer)',
    );
    for (const mode of ['transaction', 'session'] as const) {
      const pooler = await startPgbouncer(database.url, mode);
      const checks = await examineUrl(pooler.url);
      await pooler.stop();
      const codes = checks.flatMap((check) => (check.state === 'problem' ? [check.code] : []));
      expect(codes, mode).to.deep.equal(mode === 'transaction' ? ['pooler_transaction_mode'] : []);
    }
  });
});

describe('the doctor on XE', () => {
  const credentials = { accountId: 'doctor', apiKey: 'right' };
  let simulator: Awaited<ReturnType<typeof startSimulator>>;
  before(async () => {
    simulator = await startSimulator({ mode: 'live', ...credentials });
  });
  after(() => simulator.stop());
  const examineAccount = (more: Partial<typeof credentials & { baseUrl: string }> = {}) =>
    examineProvider({
      lane: laneTo({ baseUrl: simulator.url, ...credentials, ...more }),
      currencies: 7,
      log: quiet,
    });

  it('reports the account without spending a rate', async () => {
    const checks = await examineAccount();
    expect(checkNamed(checks, 'XE').detail).to.match(/package \S+, \d+ of \d+ rates left/);
    expect(checkNamed(checks, 'clock of XE').state).to.equal('ok');
    expect(simulator.ratesServed()).to.equal(0);
  });

  it('distinguishes a wrong key from an unreachable XE', async () => {
    const refused = problemNamed(await examineAccount({ apiKey: 'wrong' }), 'XE');
    expect(refused).to.include({ code: 'provider_refused' });
    expect(refused.fix).to.contain('check XE_ACCOUNT_ID and XE_API_KEY');
    const away = await examineAccount({ baseUrl: `http://${UNUSED_ADDRESS}/` });
    expect(problemNamed(away, 'XE').fix).to.contain('XE_BASE_URL');
  });

  it('names the fault that the running simulator plays', async () => {
    const name = 'providers (SIMULATED)';
    expect((await examineSimulator(simulator.url)).map(({ state }) => state)).to.deep.equal([
      'ok',
      'note',
    ]);
    simulator.setFault('503');
    const problem = problemNamed(await examineSimulator(simulator.url), name);
    simulator.setFault('none');
    expect(problem).to.include({ code: 'simulated_fault' });
    expect(problem.fix).to.contain('npm run simulator -- fault none');
  });
});

describe('the doctor on Kafka and the registry', () => {
  const config = (brokers: string) => readConfig({ KAFKA_BROKERS: brokers }, '/nonexistent');
  const topic = { topic: `doctor.${process.pid}`, partitions: 3, replication: 1 };
  const examineBrokers = (brokers: string) =>
    examineKafka({ settings: kafkaSettings(config(brokers)), topics: [topic], log: quiet });

  it('names each unreachable broker with the reason', async () => {
    const problem = problemNamed(await examineBrokers(`${UNUSED_ADDRESS},127.0.0.1:2`), 'Kafka');
    expect(problem).to.include({
      code: 'stream_unavailable',
      detail: 'no broker can be reached: 127.0.0.1:1 (ECONNREFUSED), 127.0.0.1:2 (ECONNREFUSED)',
    });
  });

  describe('with real servers', () => {
    before(async function () {
      this.timeout(120_000);
      skipWithout(this, 'the doctor on real brokers', brokerMissing());
      await sharedBroker();
    });

    it('reports topics, partitions and retention', async () => {
      const { brokers } = await sharedBroker();
      const name = `topic ${topic.topic}`;
      const before = await examineBrokers(brokers.join());
      expect(problemNamed(before, name)).to.include({ code: 'topic_missing' });
      const settings = kafkaSettings(config(brokers.join()));
      const stream = openKafkaStream({ settings, log: quiet });
      await stream.createTopic(topic);
      await stream.close();
      const checks = await examineBrokers(`${UNUSED_ADDRESS},${brokers.join()}`);
      expect(checkNamed(checks, 'Kafka').detail).to.contain(`at ${brokers[0]}`);
      const partial = checks.find(
        (check) => check.state === 'problem' && check.code === 'broker_unreachable',
      );
      expect(partial?.detail).to.contain(UNUSED_ADDRESS);
      expect(checkNamed(checks, name)).to.include({
        state: 'ok',
        detail: '3 partitions on 1 brokers, min.insync.replicas 1, unlimited retention',
      });
      expect(checkNamed(checks, 'broker API').detail).to.match(/Metadata v\d/);
    });

    it('reports our schema once registered, and a registry without compatibility', async () => {
      const { registryUrl: url } = await sharedBroker();
      const { host } = new URL(url);
      const subject = `${topic.topic}-value`;
      const examineAt = (at = url) =>
        examineRegistry({ url: at, subject, schema: RATE_OBSERVED_SCHEMA });
      expect(checkNamed(await examineAt(), 'schema registry').state).to.equal('note');
      const id = await openSchemaRegistry(url).register(subject, RATE_OBSERVED_SCHEMA);
      expect(checkNamed(await examineAt(), 'schema registry')).to.include({
        state: 'ok',
        detail: `${host}: ${subject} has our schema as id ${id}; incompatible schemas are refused`,
      });
      await axios.put(`${url}/config`, { compatibility: 'NONE' });
      const lax = await examineAt();
      await axios.put(`${url}/config`, { compatibility: 'BACKWARD' });
      expect(problemNamed(lax, 'schema registry').code).to.equal('registry_accepts_anything');
      const away = await examineAt(`http://${UNUSED_ADDRESS}/`);
      expect(problemNamed(away, 'schema registry').fix).to.contain('SCHEMA_REGISTRY_URL');
    });
  });
});

describe('npm run doctor', () => {
  it('ends with 1 within 10 s when no dependency responds, and names each', async function () {
    this.timeout(60_000);
    const holes = await Promise.all(Array.from({ length: 4 }, startBlackHole));
    const [postgres, kafka, registry, xe] = holes.map(
      (hole) => `127.0.0.1:${(hole.address() as AddressInfo).port}`,
    );
    const started = performance.now();
    const { code, output, diagnosis } = await runDoctor({
      DATABASE_URL: `postgres://a:b@${postgres}/c`,
      KAFKA_BROKERS: kafka ?? '',
      SCHEMA_REGISTRY_URL: `http://${registry}`,
      XE_BASE_URL: `http://${xe}/`,
      XE_ACCOUNT_ID: 'a',
      XE_API_KEY: 'canary-key',
      XE_APIKEY: 'x',
    });
    const elapsedMs = performance.now() - started;
    for (const hole of holes) hole.close();
    expect(code).to.equal(1);
    expect(diagnosis.healthy).to.equal(false);
    expect(
      diagnosis.problems.map(({ component, code: of }) => [component, of]),
    ).to.deep.include.members([
      ['Postgres', 'postgres_unavailable'],
      ['Kafka', 'stream_unavailable'],
      ['schema registry', 'registry_unavailable'],
      ['XE', 'provider_unavailable'],
      ['settings', 'setting_unknown'],
    ]);
    expect(diagnosis.unknown).to.deep.equal([{ name: 'XE_APIKEY', meant: 'XE_API_KEY' }]);
    expect(output).to.not.contain('canary');
    expect(elapsedMs).to.be.below(10_000);
  });

  it('ends with 1 and names the services that are not running', async function () {
    this.timeout(60_000);
    const database = await testDatabase();
    const { code, diagnosis } = await runDoctor({ DATABASE_URL: database.url });
    await database.drop();
    expect(code).to.equal(1);
    expect(
      diagnosis.problems.filter(({ code: of }) => of === 'service_silent').map((p) => p.component),
    ).to.deep.equal(['producer', 'consumer']);
  });

  describe('beside npm start', () => {
    const data = dataDir();
    let port: number;
    let settings: Record<string, string>;
    let running: ReturnType<typeof command>;
    before(async function () {
      this.timeout(120_000);
      port = await freePort();
      settings = { DATA_DIR: data.dir };
      running = command('start', { ...settings, PORT: String(port), CURRENCIES: 'KES,NGN' });
      await eventually(async () =>
        expect((await get(`http://127.0.0.1:${port}/readyz`))?.data).to.include({ status: 'ok' }),
      );
      await eventually(async () => {
        const { data: rates } = (await get<unknown[]>(`http://127.0.0.1:${port}/v1/rates`)) ?? {};
        expect(rates?.length).to.be.greaterThan(1);
      });
    });
    after(async () => {
      running.kill('SIGTERM');
      await running.exited;
      data.remove();
    });

    it('ends with 0 when nothing is wrong', async function () {
      this.timeout(60_000);
      const { code, diagnosis } = await runDoctor({ ...settings, CURRENCIES: 'KES,NGN' });
      expect(diagnosis.problems).to.deep.equal([]);
      expect(code).to.equal(0);
      expect(checkNamed(diagnosis.checks, 'providers (SIMULATED)').detail).to.contain('no fault');
      const currencies = diagnosis.settings.find(({ name }) => name === 'CURRENCIES');
      expect(currencies?.from).to.match(/^running npm start/);
    });

    it('names a setting of a running API that differs from the producer', async function () {
      this.timeout(120_000);
      const own = { ...settings, CURRENCIES: 'KES,NGN' };
      const api = command('api', { ...own, PORT: '0', SCHEDULE: '0 2 * * *' });
      const found = await eventually(async () => {
        const { diagnosis } = await runDoctor(own);
        return problemNamed(diagnosis.checks, 'settings');
      });
      api.kill('SIGTERM');
      await api.exited;
      expect(found.code).to.equal('settings_differ');
      expect(found.detail).to.equal(
        'SCHEDULE differs between running services: 0 1,23 * * * in producer, 0 2 * * * in api',
      );
    });

    it('prints the verdict first', async function () {
      this.timeout(60_000);
      const doctor = command('doctor', { ...settings, CURRENCIES: 'KES,NGN' }, ['--quiet']);
      expect(await doctor.exited, doctor.output()).to.equal(0);
      expect(doctor.output())
        .to.match(/^HEALTHY: no problem found\n/)
        .and.match(/ok {3}Postgres: .*PostgreSQL 18/)
        .and.contain('rates are simulated until you set XE_ACCOUNT_ID and XE_API_KEY, or');
    });
  });
});
