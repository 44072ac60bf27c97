import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axios from 'axios';
import { expect } from 'chai';
import { RATE_OBSERVED_SCHEMA } from '../../../events/rate-observed.ts';
import { readConfig, SETTING_NAMES } from '../../../platform/config.ts';
import { startSimulator } from '../../../simulator/index.ts';
import { openKafkaStream } from '../../../stream/kafka/stream.ts';
import { kafkaSettings } from '../../../stream/open-stream.ts';
import { openSchemaRegistry } from '../../../stream/schema-registry.ts';
import type { Check } from '../../../tools/doctor/check.ts';
import { clockCheck, skewOf } from '../../../tools/doctor/clocks.ts';
import { examineKafka } from '../../../tools/doctor/kafka.ts';
import { lookAlikes } from '../../../tools/doctor/look-alikes.ts';
import type { Diagnosis } from '../../../tools/doctor/page.ts';
import { examinePostgres } from '../../../tools/doctor/postgres.ts';
import { examineRegistry } from '../../../tools/doctor/registry.ts';
import { effectiveSettings } from '../../../tools/doctor/settings.ts';
import { examineXe } from '../../../tools/doctor/xe.ts';
import { brokerMissing, sharedBroker } from '../../support/broker.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { command } from '../../support/process.ts';
import { quiet } from '../../support/quiet.ts';
import { skipWithout } from '../../support/requirements.ts';

const NOBODY = '127.0.0.1:1';
const named = (checks: readonly Check[], name: string): Check =>
  checks.find((check) => check.name === name) ??
  expect.fail(`no ${name} among ${JSON.stringify(checks)}`);
/** A server that takes connections and never says a word. */
function blackHole(): Promise<Server> {
  const server = createServer((socket) => void socket.on('error', () => {}));
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

describe('the doctor', () => {
  describe('tells the settings', () => {
    it('with who gave each, and no secret', () => {
      const dir = mkdtempSync(join(tmpdir(), 'fx-doctor-'));
      const token = join(dir, 'token');
      writeFileSync(token, 'canary-token-canary-token-canary-token');
      const environment = {
        PORT: '6000',
        DATABASE_URL: 'postgres://fx:canary@db:5432/fx',
        API_TOKEN_FILE: token,
        TOPIC: '',
      };
      const dotEnv = {
        LOG_LEVEL: 'warn',
        TOPIC: 'other',
        SCHEMA_REGISTRY_URL: 'http://me:canary@registry:8081',
      };
      const config = readConfig({ ...dotEnv, ...environment }, '/nonexistent');
      const { settings } = effectiveSettings(config, { environment, dotEnv });
      rmSync(dir, { recursive: true });
      const of = Object.fromEntries(settings.map(({ name, value, from }) => [name, [value, from]]));
      expect(Object.keys(of)).to.have.members([...SETTING_NAMES]);
      expect(of).to.deep.include({
        PORT: ['6000', 'environment'],
        LOG_LEVEL: ['warn', '.env'],
        HOST: ['127.0.0.1', 'default'],
        TOPIC: ['fx.rates.v1', 'default'],
        XE_API_KEY: [null, 'default'],
        DATABASE_URL: ['postgres://***@db:5432/fx', 'environment'],
        SCHEMA_REGISTRY_URL: ['http://***@registry:8081', '.env'],
        API_TOKEN: ['***', `file ${token} (environment)`],
      });
      expect(JSON.stringify(settings)).to.not.contain('canary');
    });

    it('and names that only look like one, but not what a platform brings along', () => {
      const meant = (name: string) => lookAlikes([name], SETTING_NAMES)[0]?.meant;
      expect(
        [
          'KAFKA_BROKER',
          'XE_APIKEY',
          'XE_KEY',
          'LOGLEVEL',
          'KAFKA_PASSWORD',
          'CURRENCY',
          'PORTS',
        ].map(meant),
      ).to.deep.equal([
        'KAFKA_BROKERS',
        'XE_API_KEY',
        'XE_API_KEY',
        'LOG_LEVEL',
        'KAFKA_SASL_PASSWORD',
        undefined,
        'PORT',
      ]);
      for (const name of [
        'PATH',
        'HOME',
        'HOSTNAME',
        'POSTGRES_PORT',
        'KAFKA_HOME',
        'KUBERNETES_PORT',
        'TZ',
        'NODE_ENV',
        'PORT',
        'PWD',
      ])
        expect(meant(name), name).to.equal(undefined);
    });
  });

  describe('looks at Postgres', () => {
    let database: TestDatabase;
    before(async () => {
      database = await testDatabase();
    });
    after(() => database.drop());
    const examine = (url = database.url) =>
      examinePostgres({ url, dataDir: null, source: 'simulator' });

    it('and finds it well, with its version, its tables and its clock', async () => {
      const checks = await examine();
      expect(checks.map(({ name, state }) => [name, state])).to.deep.equal([
        ['Postgres', 'well'],
        ['clock of Postgres', 'well'],
        ['migrations', 'well'],
      ]);
      expect(named(checks, 'Postgres').says).to.match(
        /PostgreSQL 18\.\d+, \d+ MB, \d+ of 100 connections/,
      );
    });

    it('and finds migrations that are pending, or of a newer version, and a breaker that is open', async () => {
      const [{ name } = { name: '' }] = await database.query<{ name: string }>(
        'delete from knex_migrations where id = (select max(id) from knex_migrations) returning name',
      );
      await database.query(`insert into breakers (source, credentials, status, reason, open_until)
        values ('simulator', 'simulator', 401, 'XE: expected status 200, got 401', now() + interval '1 hour')`);
      const checks = await examine();
      expect(named(checks, 'migrations')).to.include({
        state: 'ill',
        says: `pending: ${name}`,
        todo: 'npm run migrate',
      });
      expect(named(checks, 'breaker').todo).to.contain('--close-breaker');
      await database.query('insert into knex_migrations (name, batch) values (?, 1), (?, 1)', [
        name,
        '29990101000000_later.ts',
      ]);
      expect(named(await examine(), 'migrations').todo).to.equal('run the newer version');
    });

    it('and says what to do when it is away, refuses the password, or has no such database', async () => {
      const other = (change: (url: URL) => void) => {
        const url = new URL(database.url);
        change(url);
        return examine(url.href);
      };
      const away = named(await other((url) => (url.port = '1')), 'Postgres');
      expect(away.says).to.contain('ECONNREFUSED');
      expect(away.todo).to.equal(
        'start Postgres at 127.0.0.1:1, or correct host and port in DATABASE_URL',
      );
      expect(named(await other((url) => (url.password = 'x')), 'Postgres').todo).to.contain(
        'check user and password',
      );
      expect(named(await other((url) => (url.pathname = '/none')), 'Postgres').todo).to.contain(
        'make the database',
      );
    });
  });

  it('tells clocks that run apart from answers that were long on their way', () => {
    const at = (theirs: number, asked: number, answered: number) =>
      clockCheck('XE', skewOf(theirs, { asked, answered }));
    expect(at(500, 0, 1000)).to.include({
      state: 'well',
      says: '0.0 s ahead of this host, give or take 0.5 s',
    });
    expect(at(-8000, 0, 1000)).to.include({
      state: 'ill',
      says: '8.5 s behind this host, give or take 0.5 s',
    });
    expect(at(-8000, 0, 12_000).state).to.equal('ill');
    expect(at(16_000, 0, 12_000).state).to.equal('well');
  });

  describe('looks at XE', () => {
    const credentials = { accountId: 'doctor', apiKey: 'right' };
    let simulator: Awaited<ReturnType<typeof startSimulator>>;
    before(async () => {
      simulator = await startSimulator({ mode: 'live', ...credentials });
    });
    after(() => simulator.stop());
    const examine = (more: Partial<typeof credentials & { baseUrl: string }> = {}) =>
      examineXe({
        settings: { baseUrl: simulator.url, ...credentials, ...more },
        source: 'xe',
        currencies: 7,
        log: quiet,
      });

    it('by its account, without a rate', async () => {
      const checks = await examine();
      expect(named(checks, 'XE').says).to.match(/package \S+, \d+ of \d+ rates left/);
      expect(named(checks, 'clock of XE').state).to.equal('well');
    });

    it('and says whether it is the key or the way', async () => {
      expect(named(await examine({ apiKey: 'wrong' }), 'XE').todo).to.contain(
        'check XE_ACCOUNT_ID and XE_API_KEY',
      );
      const away = named(await examine({ baseUrl: `http://${NOBODY}/` }), 'XE');
      expect(away).to.include({ state: 'ill' });
      expect(away.todo).to.contain('XE_BASE_URL');
    });
  });

  describe('looks at Kafka and the registry', () => {
    const config = (brokers: string) => readConfig({ KAFKA_BROKERS: brokers }, '/nonexistent');
    const topic = { topic: `doctor.${process.pid}`, partitions: 3, replication: 1 };
    const examine = (brokers: string) =>
      examineKafka({ settings: kafkaSettings(config(brokers)), topics: [topic], log: quiet });

    it('and names each broker that cannot be reached, with why', async () => {
      const [check] = await examine(`${NOBODY},127.0.0.1:2`);
      expect(check).to.include({
        state: 'ill',
        says: 'not reached: 127.0.0.1:1 (ECONNREFUSED), 127.0.0.1:2 (ECONNREFUSED)',
      });
    });

    describe('that are real', () => {
      before(async function () {
        this.timeout(120_000);
        skipWithout(this, 'the doctor on real brokers', brokerMissing());
        await sharedBroker();
      });

      it('with topics, partitions and what history is kept', async () => {
        const { brokers } = await sharedBroker();
        expect(named(await examine(brokers.join()), `topic ${topic.topic}`)).to.include({
          state: 'ill',
          says: 'not there',
        });
        const stream = openKafkaStream({
          settings: kafkaSettings(config(brokers.join())),
          log: quiet,
        });
        await stream.createTopic(topic);
        await stream.close();
        const checks = await examine(`${NOBODY},${brokers.join()}`);
        expect(named(checks, 'Kafka').says).to.contain(`at ${brokers[0]}`);
        expect(
          checks.find(({ says }) => says.startsWith('of KAFKA_BROKERS not reached'))?.says,
        ).to.contain(NOBODY);
        expect(named(checks, `topic ${topic.topic}`)).to.include({
          state: 'well',
          says: '3 partitions on 1 brokers, min.insync.replicas 1, kept for ever',
        });
        expect(named(checks, 'broker API').says).to.match(/Metadata v\d/);
      });

      it('with our schema, once it is registered', async () => {
        const { registryUrl: url } = await sharedBroker();
        const of = { url, subject: `${topic.topic}-value`, schema: RATE_OBSERVED_SCHEMA };
        expect(named(await examineRegistry(of), 'schema registry').state).to.equal('note');
        const id = await openSchemaRegistry(url).register(of.subject, RATE_OBSERVED_SCHEMA);
        expect(named(await examineRegistry(of), 'schema registry')).to.include({
          state: 'well',
          says: `${new URL(url).host}: ${of.subject} has our schema as id ${id}, and takes none that could not read it`,
        });
        await axios.put(`${url}/config`, { compatibility: 'NONE' });
        const lax = await examineRegistry(of);
        await axios.put(`${url}/config`, { compatibility: 'BACKWARD' });
        expect(named(lax, 'schema registry')).to.include({ state: 'ill' });
        expect(
          named(await examineRegistry({ ...of, url: `http://${NOBODY}/` }), 'schema registry').todo,
        ).to.contain('SCHEMA_REGISTRY_URL');
      });
    });
  });

  it('is done within ten seconds when every dependency is a black hole, says so of each, and ends with 1', async function () {
    this.timeout(60_000);
    const holes = await Promise.all(Array.from({ length: 4 }, blackHole));
    const [postgres, kafka, registry, xe] = holes.map(
      (hole) => `127.0.0.1:${(hole.address() as AddressInfo).port}`,
    );
    const began = performance.now();
    const doctor = command(
      'doctor',
      {
        DATABASE_URL: `postgres://a:b@${postgres}/c`,
        KAFKA_BROKERS: kafka ?? '',
        SCHEMA_REGISTRY_URL: `http://${registry}`,
        XE_BASE_URL: `http://${xe}/`,
        XE_ACCOUNT_ID: 'a',
        XE_API_KEY: 'canary-key',
        XE_APIKEY: 'x',
      },
      ['--json', '--quiet'],
    );
    expect(await doctor.exited).to.equal(1);
    const took = performance.now() - began;
    for (const hole of holes) hole.close();
    const { well, checks, unknown } = JSON.parse(doctor.output()) as Diagnosis;
    expect(well).to.equal(false);
    for (const name of ['Postgres', 'Kafka', 'schema registry', 'XE'])
      expect(named(checks, name).state, name).to.equal('ill');
    expect(unknown).to.deep.equal([{ name: 'XE_APIKEY', meant: 'XE_API_KEY' }]);
    expect(doctor.output()).to.not.contain('canary');
    expect(took).to.be.below(10_000);
  });

  it('ends with 0 and says that all is well where it is', async function () {
    this.timeout(60_000);
    const database = await testDatabase();
    const doctor = command('doctor', { DATABASE_URL: database.url });
    const code = await doctor.exited;
    await database.drop();
    expect(doctor.output())
      .to.match(/ok {3}Postgres: .*PostgreSQL 18/)
      .and.contain('All is well.')
      .and.contain('SIMULATED');
    expect(code).to.equal(0);
  });
});
