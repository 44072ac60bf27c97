import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readConfig, SETTING_NAMES } from '../../../platform/config.ts';
import { formatChecks, note, ok, problem, problemsOf } from '../../../tools/doctor/check.ts';
import { checkClock, measureSkew } from '../../../tools/doctor/clocks.ts';
import { checkTopic } from '../../../tools/doctor/kafka.ts';
import { checkExposure } from '../../../tools/doctor/pipeline.ts';
import { explainPostgres, judgeDisk } from '../../../tools/doctor/postgres.ts';
import {
  compareRunning,
  findLookAlikes,
  preferRunning,
  readEffectiveSettings,
} from '../../../tools/doctor/settings.ts';

describe('the settings that the doctor shows', () => {
  it('name their origin and hide every secret', () => {
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
      SCHEMA_REGISTRY_URL: 'http://me:can%2Fary@registry:8081',
    };
    const config = readConfig({ ...dotEnv, ...environment }, '/nonexistent');
    const { settings } = readEffectiveSettings(config, { environment, dotEnv });
    rmSync(dir, { recursive: true });
    const shown = Object.fromEntries(
      settings.map(({ name, value, from }) => [name, [value, from]]),
    );
    expect(Object.keys(shown)).to.have.members([...SETTING_NAMES]);
    expect(shown).to.deep.include({
      PORT: ['6000', 'environment'],
      LOG_LEVEL: ['warn', '.env'],
      HOST: ['127.0.0.1', 'default'],
      TOPIC: ['fx.rates.v1', 'default'],
      XE_API_KEY: [null, 'default'],
      DATABASE_URL: ['postgres://***@db:5432/fx', 'environment'],
      API_TOKEN: ['***', `file ${token} (environment)`],
    });
    expect(shown['SCHEMA_REGISTRY_URL']?.[0]).to.match(/^http:\/\/\*\*\*@registry:8081/);
    expect(JSON.stringify(settings)).to.not.contain('canary');
    expect(JSON.stringify(settings)).to.not.contain('can%2Fary');
  });

  it('are those of the running services, with a note where this process differs', () => {
    const own = [
      { name: 'CURRENCIES', value: 'NGN', from: 'environment' },
      { name: 'PORT', value: '5080', from: 'default' },
    ];
    const { settings, notes } = preferRunning(own, [
      { service: 'producer', settings: { CURRENCIES: 'NGN,KES' } },
      { service: 'consumer', settings: { CURRENCIES: 'NGN,KES' } },
    ]);
    expect(settings).to.deep.equal([
      { name: 'CURRENCIES', value: 'NGN,KES', from: 'running producer, consumer' },
      { name: 'PORT', value: '5080', from: 'default' },
    ]);
    expect(notes).to.have.length(1);
    expect(notes[0]?.detail).to.equal(
      'CURRENCIES is NGN,KES in the running producer, consumer, but NGN here',
    );
  });

  it('are a problem where running services differ that must agree', () => {
    const [found, ...others] = compareRunning([
      { service: 'producer', settings: { TOPIC: 'a', CURRENCIES: 'NGN', LOG_LEVEL: 'info' } },
      { service: 'consumer', settings: { TOPIC: 'b', CURRENCIES: 'KES', LOG_LEVEL: 'warn' } },
    ]);
    expect(others).to.deep.equal([]);
    expect(found).to.include({
      code: 'settings_differ',
      detail: 'TOPIC differs between running services: a in producer, b in consumer',
    });
  });
});

describe('the settings of running services', () => {
  const own = [
    { name: 'PORT', value: '5080', from: 'default' },
    { name: 'TOPIC', value: 'fx.rates.v1', from: 'default' },
  ];
  const settings = { PORT: '5090', TOPIC: 'fx.rates.v1' };
  const running = (service: string, instance: string) => ({ service, instance, settings });
  const origins = (all: ReturnType<typeof running>[]) =>
    preferRunning(own, all).settings.map(({ from }) => from);

  it('are those of npm start where one process runs all', () => {
    const all = [running('producer', 'host/7/a'), running('consumer', 'host/7/b')];
    expect(origins(all)).to.deep.equal(['running npm start', 'running npm start']);
  });

  it('are not said to be read by services that do not read them', () => {
    const two = [running('producer', 'host/7/a'), running('consumer', 'host/8/b')];
    expect(origins(two)).to.deep.equal(['default', 'running producer, consumer']);
    expect(origins([...two, running('api', 'host/9/c')])[0]).to.equal('running api');
  });
});

describe('variables that resemble a setting', () => {
  const meant = (name: string) => findLookAlikes([name], SETTING_NAMES)[0]?.meant;

  it('are found', () => {
    expect({
      KAFKA_BROKER: meant('KAFKA_BROKER'),
      XE_APIKEY: meant('XE_APIKEY'),
      XE_KEY: meant('XE_KEY'),
      LOGLEVEL: meant('LOGLEVEL'),
      KAFKA_PASSWORD: meant('KAFKA_PASSWORD'),
      PORTS: meant('PORTS'),
    }).to.deep.equal({
      KAFKA_BROKER: 'KAFKA_BROKERS',
      XE_APIKEY: 'XE_API_KEY',
      XE_KEY: 'XE_API_KEY',
      LOGLEVEL: 'LOG_LEVEL',
      KAFKA_PASSWORD: 'KAFKA_SASL_PASSWORD',
      PORTS: 'PORT',
    });
  });

  const PLATFORM_NAMES = [
    ...['PATH', 'HOME', 'HOSTNAME', 'POSTGRES_PORT', 'KAFKA_HOME', 'KUBERNETES_PORT', 'TZ'],
    ...['NODE_ENV', 'PORT', 'PWD', 'CURRENCY'],
  ];
  for (const name of PLATFORM_NAMES)
    it(`do not include ${name}`, () => {
      expect(meant(name)).to.equal(undefined);
    });
});

describe('clocks', () => {
  const check = (theirs: number, sent: number, received: number) =>
    checkClock('XE', measureSkew(theirs, { sent, received }));

  it('are distinguished from a slow response', () => {
    expect(check(500, 0, 1000)).to.include({
      state: 'ok',
      detail: '0.0 s ahead of this host, give or take 0.5 s',
    });
    expect(check(-8000, 0, 1000)).to.include({
      code: 'clock_skew',
      detail: '8.5 s behind this host, give or take 0.5 s',
    });
    expect(check(-8000, 0, 12_000).state).to.equal('problem');
    expect(check(16_000, 0, 12_000).state).to.equal('ok');
  });
});

describe('a topic', () => {
  const EXPECTED = { topic: 'fx.rates.v1', partitions: 1, replication: 1 };
  const check = (settings: Record<string, string>) =>
    checkTopic(EXPECTED, {
      partitions: [{ leader: 1, replicas: [1], isr: [1] }],
      setting: (name) => settings[name] ?? null,
    });

  it('is a problem on Redpanda when events are acknowledged before they are on disk', () => {
    const unsafe = check({ 'write.caching': 'true', 'flush.ms': '100', 'flush.bytes': '262144' });
    expect(unsafe).to.include({ state: 'problem', code: 'acknowledged_not_on_disk' });
    expect(unsafe.detail).to.contain('flush.ms 100, flush.bytes 262144');
    expect(check({ 'write.caching': 'false' }).state).to.equal('ok');
    expect(check({}).state).to.equal('ok');
  });

  it('is a problem when it deletes its history', () => {
    expect(check({ 'retention.ms': '604800000' })).to.include({ code: 'topic_loses_history' });
    expect(check({ 'cleanup.policy': 'compact' })).to.include({ code: 'topic_loses_history' });
    expect(check({ 'retention.ms': '-1', 'cleanup.policy': 'delete' }).state).to.equal('ok');
  });
});

describe('a failure of Postgres', () => {
  const REMOTE = { host: 'db:5432', dataDir: null };
  const explain = (code: string, message = '') =>
    explainPostgres(Object.assign(new Error(message), { code }), REMOTE);

  it('is named as a full disk', () => {
    for (const code of ['53100', 'ENOSPC']) {
      expect(explain(code, 'could not extend file')).to.include({ code: 'disk_full' });
      expect(explain(code).fix).to.equal('free space on db:5432; never delete in pg_wal');
    }
  });

  it('does not ask for a DATABASE_URL that is not set', () => {
    const { fix } = explainPostgres({ code: 'ECONNREFUSED' }, { host: 'x:1', dataDir: '.data' });
    expect(fix).to.contain('npm start').and.not.contain('DATABASE_URL');
  });

  it('names the pooler that refuses startup parameters', () => {
    const message = 'unsupported startup parameter: statement_timeout';
    expect(explain('08P01', message)).to.include({ code: 'pooler_refuses_parameters' });
  });

  it('judges the free space of the embedded server', () => {
    expect(judgeDisk('.data', 0)).to.include({ code: 'disk_full', severity: 'down' });
    expect(judgeDisk('.data', 500 * 1024 ** 2)).to.include({
      code: 'disk_low',
      severity: 'degraded',
    });
    expect(judgeDisk('.data', 5 * 1024 ** 3).state).to.equal('ok');
  });
});

describe('an API without a token', () => {
  const check = (environment: Record<string, string>) =>
    checkExposure(readConfig(environment, '/nonexistent'));

  it('is noted, and is a problem behind a proxy', () => {
    expect(check({})[0]?.state).to.equal('note');
    expect(check({ HOST: '0.0.0.0' })[0]?.detail).to.contain('HOST is 0.0.0.0');
    expect(check({ TRUST_PROXY: '1' })[0]).to.include({ code: 'api_token_missing' });
    expect(check({ TRUST_PROXY: '1', API_TOKEN: 'x'.repeat(32) })).to.deep.equal([]);
  });
});

describe('checks', () => {
  it('are shown with the worst problem first, its fix and its retry', () => {
    const checks = [
      ok('Postgres', 'fine'),
      problem('XE', {
        code: 'breaker_open',
        severity: 'degraded',
        detail: 'refused',
        fix: 'check the key',
        retryAt: '2026-11-24T13:00:00Z',
      }),
      note('stream', 'embedded'),
      problem('consumer', { code: 'service_silent', detail: 'not running', fix: 'start it' }),
    ];
    expect(problemsOf(checks).map(({ code }) => code)).to.deep.equal([
      'service_silent',
      'breaker_open',
    ]);
    expect(formatChecks(checks)).to.deep.equal([
      '  !!   consumer: not running',
      '       → start it',
      '  !!   XE: refused',
      '       → check the key; retried at 2026-11-24 13:00 UTC',
      '  ok   Postgres: fine',
      '  note stream: embedded',
    ]);
  });
});
