import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readConfig } from '../../../platform/config.ts';
import { WrongSettings } from '../../../platform/errors.ts';

const NO_FILE = '/nonexistent/.env';
const faultsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    readConfig(environment, NO_FILE);
    return [];
  } catch (error) {
    expect(error).to.be.instanceOf(WrongSettings);
    return (error as WrongSettings).faults;
  }
};

describe('the settings', () => {
  it('have the defaults of the contract', () => {
    expect(readConfig({}, NO_FILE)).to.deep.include({
      PORT: 5080,
      HOST: '127.0.0.1',
      DATA_DIR: '.data',
      TOPIC: 'fx.rates.v1',
      TOPIC_PARTITIONS: 3,
      TOPIC_REPLICATION: 1,
      CONSUMER_GROUP: 'fx-rates-postgres',
      XE_BASE_URL: 'https://xecdapi.xe.com/v1/',
      CURRENCIES: ['NGN', 'GHS', 'KES', 'UGX', 'MAD', 'XOF', 'EGP'],
      SCHEDULE: '0 1,23 * * *',
      SCHEDULE_TZ: 'UTC',
      XE_DAILY_BUDGET: 100,
      UPDATE_COOLDOWN_SECONDS: 60,
      LOG_LEVEL: 'info',
      source: 'simulator',
    });
  });

  it('take a failpoint for tests, with the passing to die at, and refuse it in production', () => {
    expect(readConfig({ FX_FAILPOINT: 'before-decode:3' }, NO_FILE).FX_FAILPOINT).to.deep.equal({
      point: 'before-decode',
      pass: 3,
    });
    expect(readConfig({ FX_FAILPOINT: 'before-decode' }, NO_FILE).FX_FAILPOINT?.pass).to.equal(1);
    expect(faultsOf({ FX_FAILPOINT: 'before-decode:0' })[0]).to.match(
      /^FX_FAILPOINT must be one of .*before-decode/,
    );
    expect(faultsOf({ FX_FAILPOINT: 'before-decode', NODE_ENV: 'production' })).to.deep.equal([
      'FX_FAILPOINT has the process kill itself, for tests: it is refused where NODE_ENV is production',
    ]);
  });

  it('name every fault at once, with what was expected and what came', () => {
    expect(
      faultsOf({
        PORT: '70000',
        SCHEDULE: 'at noon',
        SCHEDULE_TZ: 'Mars/Base',
        CURRENCIES: 'KES,QQQ',
        LOG_LEVEL: 'loud',
        KAFKA_BROKERS: 'here',
        DATABASE_URL: 'mysql://x',
      }),
    ).to.have.members([
      'PORT must be a whole number from 0 to 65535, got "70000"',
      'SCHEDULE must be cron of 5 fields, or 6 with seconds first, got "at noon"',
      'SCHEDULE_TZ must be an IANA time zone such as UTC or Africa/Lagos, got "Mars/Base"',
      'CURRENCIES must be ISO 4217 codes, got "KES,QQQ"',
      'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, got "loud"',
      'KAFKA_BROKERS must be a comma list of host:port, got "here"',
      'DATABASE_URL must be a postgres:// URL, got a value that is kept secret',
    ]);
  });

  it('never show a secret, even a wrong one', () => {
    expect(faultsOf({ API_TOKEN: 'hunter2' }).join())
      .to.match(/API_TOKEN must have at least 32 characters/)
      .and.not.match(/hunter2/);
  });

  it('want credentials whole: both of XE, all three of SASL', () => {
    expect(faultsOf({ XE_API_KEY: 'k' })).to.deep.equal([
      'XE_ACCOUNT_ID and XE_API_KEY must be set together or not at all',
    ]);
    expect(faultsOf({ KAFKA_SASL_USERNAME: 'u' })).to.deep.equal([
      'KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD must be set together',
    ]);
    expect(readConfig({ XE_API_KEY: 'k', XE_ACCOUNT_ID: 'a' }, NO_FILE).source).to.equal('xe');
  });

  it('send no key in the clear: XE is asked over https, or http on loopback', () => {
    for (const url of [
      'http://xecdapi.xe.com/v1/',
      'http://127.evil.example/',
      'http://localhost.evil.example/',
      'ftp://localhost/',
      'xe',
    ]) {
      expect(faultsOf({ XE_BASE_URL: url }), url).to.have.length(1);
    }
    for (const url of [
      'http://127.0.0.1:8080/v1',
      'http://[::1]:8080/v1/',
      'http://localhost/v1/',
      'https://xe.example/v1',
    ]) {
      expect(readConfig({ XE_BASE_URL: url }, NO_FILE).XE_BASE_URL, url).to.match(/\/$/);
    }
  });

  it('count an empty value as unset and leave unknown names alone', () => {
    const config = readConfig(
      { KAFKA_BROKERS: '', PORT: '', KUBERNETES_PORT: 'tcp://10.0.0.1' },
      NO_FILE,
    );
    expect([config.PORT, config.KAFKA_BROKERS]).to.deep.equal([5080, undefined]);
  });

  it('are frozen', () => {
    expect(readConfig({}, NO_FILE)).to.be.frozen;
  });

  describe('in files', () => {
    let dir: string;
    const write = (name: string, text: string) => {
      writeFileSync(join(dir, name), text);
      return join(dir, name);
    };
    beforeEach(() => {
      dir = mkdtempSync(join(tmpdir(), 'fx-config-'));
    });
    afterEach(() => rmSync(dir, { recursive: true }));

    it('come from .env, and the environment overrides it', () => {
      const file = write('.env', '# ours\nPORT=6000\nTOPIC="a.topic"\n');
      expect(readConfig({ PORT: '7000' }, file)).to.deep.include({ PORT: 7000, TOPIC: 'a.topic' });
    });

    it('give a secret by NAME_FILE, without its last newline', () => {
      const file = write('key', 'secret\n');
      expect(
        readConfig({ XE_API_KEY_FILE: file, XE_ACCOUNT_ID: 'a' }, NO_FILE).XE_API_KEY,
      ).to.equal('secret');
    });

    it('give the password of the database by itself, and it goes into the URL whatever characters it has', () => {
      const DATABASE_PASSWORD_FILE = write('password', 'a:b@c/d%41 é\n');
      const { DATABASE_URL = '' } = readConfig(
        { DATABASE_URL: 'postgres://fx@db:5432/fx', DATABASE_PASSWORD_FILE },
        NO_FILE,
      );
      const { password, username, host, pathname } = new URL(DATABASE_URL);
      expect([decodeURIComponent(password), username, host, pathname]).to.deep.equal([
        'a:b@c/d%41 é',
        'fx',
        'db:5432',
        '/fx',
      ]);
      expect(
        faultsOf({ DATABASE_URL: 'postgres://fx:one@db/fx', DATABASE_PASSWORD_FILE }),
      ).to.deep.equal(['DATABASE_URL holds a password and DATABASE_PASSWORD is set: keep one']);
      expect(faultsOf({ DATABASE_PASSWORD_FILE })[0]).to.match(
        /^DATABASE_PASSWORD is set without DATABASE_URL/,
      );
    });

    it('are refused when a secret stands twice, or its file cannot be read or is empty', () => {
      expect(
        faultsOf({ XE_API_KEY: 'k', XE_API_KEY_FILE: write('key', 'k'), XE_ACCOUNT_ID: 'a' }),
      ).to.deep.equal(['XE_API_KEY and XE_API_KEY_FILE are both set: keep one']);
      expect(faultsOf({ DATABASE_URL_FILE: `${dir}/none` })).to.deep.equal([
        `DATABASE_URL_FILE names ${dir}/none, which cannot be read`,
      ]);
      expect(faultsOf({ API_TOKEN_FILE: write('token', '\n') })[0]).to.equal(
        `API_TOKEN_FILE names ${dir}/token, which is empty`,
      );
    });
  });
});
