import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  maskedSettings,
  maskUserinfo,
  readConfig,
  SECRET_NAMES,
} from '../../../platform/config.ts';
import { WrongSettings } from '../../../platform/errors.ts';
import { PROVIDER_SETTINGS } from '../../../platform/providers.ts';

const NO_FILE = '/nonexistent/.env';
const faultsOf = (environment: Record<string, string>, envFile = NO_FILE): readonly string[] => {
  try {
    readConfig(environment, envFile);
    return [];
  } catch (error) {
    expect(error).to.be.instanceOf(WrongSettings);
    return (error as WrongSettings).faults;
  }
};

describe('the settings', () => {
  it('have the documented defaults', () => {
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
      /^FX_FAILPOINT: use one of .*before-decode/,
    );
    expect(faultsOf({ FX_FAILPOINT: 'before-decode', NODE_ENV: 'production' })).to.deep.equal([
      'FX_FAILPOINT: remove it, it kills the process; NODE_ENV is production',
    ]);
  });

  it('take providers in order, and name the known ones for an unknown or doubled one', () => {
    const of = (PROVIDERS: string) => faultsOf({ PROVIDERS });
    expect(of('openexchangerates,xe')).to.deep.equal([]);
    for (const given of ['xe,unknown', 'xe,xe', 'XE', 'xe,'])
      expect(of(given)).to.deep.equal([
        `PROVIDERS: use a comma list of ${Object.keys(PROVIDER_SETTINGS).join(', ')}, each once, ` +
          `for example xe,openexchangerates; got ${JSON.stringify(given)}`,
      ]);
    const named = { PROVIDERS: 'xe,openexchangerates', XE_API_KEY: 'k', XE_ACCOUNT_ID: 'a' };
    expect(faultsOf(named)).to.deep.equal([
      'PROVIDERS: openexchangerates has no credentials: set OPENEXCHANGERATES_APP_ID, ' +
        'or leave it out',
    ]);
    expect(readConfig({ ...named, OPENEXCHANGERATES_APP_ID: 'k' }, NO_FILE).source).to.equal('xe');
    expect(SECRET_NAMES).to.include('OPENEXCHANGERATES_APP_ID').and.include('XE_API_KEY');
  });

  it('name every fault at once, each by one message with an example of a valid value', () => {
    expect(
      faultsOf({
        PORT: '70000',
        SCHEDULE: 'at noon',
        SCHEDULE_TZ: 'Mars/Base',
        CURRENCIES: 'KES,QQQ',
        LOG_LEVEL: 'loud',
        KAFKA_BROKERS: 'here,,',
        DATABASE_URL: 'mysql://x',
        CATCH_UP_HOURS: '-1',
      }),
    ).to.deep.equal([
      'PORT: use a whole number from 0 to 65535, for example 5080; got "70000"',
      'DATABASE_URL: use a postgres:// URL, for example postgres://user:password@host:5432/database',
      'KAFKA_BROKERS: use a comma list of host:port, for example kafka-1:9092,kafka-2:9092; got "here,,"',
      'CURRENCIES: QQQ is no ISO 4217 code; got "KES,QQQ"',
      'SCHEDULE: use cron with 5 fields, or 6 with seconds first, for example 0 1,23 * * *; got "at noon"',
      'SCHEDULE_TZ: use an IANA time zone, for example Africa/Lagos; got "Mars/Base"',
      'CATCH_UP_HOURS: use a whole number from 0 to 168, for example 24; got "-1"',
      'LOG_LEVEL: use one of trace, debug, info, warn, error, fatal, for example trace; got "loud"',
    ]);
  });

  for (const [schedule, fault] of [
    ['61 1 * * *', 'minute 61 is out of range 0-59'],
    ['0 1,24 * * *', 'hour 24 is out of range 0-23'],
    ['0 0 1 * * 8', 'day of week 8 is out of range 0-7'],
    ['0 1 L * *', 'day of month L cannot be read'],
    ['0 1 * * 1#2', 'day of week 1#2 cannot be read'],
    ['0 5-1 * * *', 'hour 5-1: the range ends before it begins'],
    ['*/0 1 * * *', 'minute */0: the step must be a whole number above 0'],
    ['0 1 30 2 *', 'it has no time in any year'],
  ] as const) {
    it(`name what is wrong with the schedule ${schedule}`, () => {
      expect(faultsOf({ SCHEDULE: schedule })).to.deep.equal([
        `SCHEDULE: ${fault}; got ${JSON.stringify(schedule)}`,
      ]);
    });
  }

  it('take a schedule with names, steps, lists and ranges', () => {
    for (const schedule of ['*/15 8-18 * * MON-FRI', '30 0 1,23 1-7/2 jan,JUL 0'])
      expect(readConfig({ SCHEDULE: schedule }, NO_FILE).SCHEDULE).to.equal(schedule);
  });

  it('refuse a keep-alive that is shorter than that of the proxy in front', () => {
    expect(faultsOf({ TRUST_PROXY: '1', KEEP_ALIVE_SECONDS: '5' })[0]).to.match(
      /^KEEP_ALIVE_SECONDS: use 65 or more where TRUST_PROXY is set/,
    );
  });

  it('refuse a cross-check without a second provider: nothing would be compared', () => {
    expect(faultsOf({ CROSS_CHECK: 'daily' })).to.deep.equal([
      'CROSS_CHECK: name a second provider in PROVIDERS, whose rates are compared',
    ]);
    const both = { CROSS_CHECK: 'daily', PROVIDERS: 'xe,openexchangerates' };
    expect(readConfig(both, NO_FILE).CROSS_CHECK).to.equal('daily');
  });

  it('explain how to encode a URL whose password breaks it, and never show it', () => {
    for (const name of ['SCHEMA_REGISTRY_URL', 'DATABASE_URL', 'CONSOLE_URL', 'XE_BASE_URL']) {
      const scheme = name === 'DATABASE_URL' ? 'postgres' : 'https';
      for (const url of [`${scheme}://u:hunter/2@host/db`, `${scheme}://u:8/hunter2@host`]) {
        const [fault = ''] = faultsOf({ [name]: url });
        expect(fault, url).to.not.match(/hunter/);
        if (name !== 'XE_BASE_URL') expect(fault).to.match(/encoded: \/ as %2F/);
      }
    }
    const url = 'https://u:hunter%2F2@host';
    const config = readConfig({ SCHEMA_REGISTRY_URL: url, CONSOLE_URL: url }, NO_FILE);
    expect(config.SCHEMA_REGISTRY_URL).to.equal(url);
    expect(maskedSettings(config)).to.deep.include({
      SCHEMA_REGISTRY_URL: 'https://***@host',
      CONSOLE_URL: 'https://***@host',
    });
    expect(maskUserinfo('postgres://host/db?user=u&password=hunter2&x=1')).to.equal(
      'postgres://host/db?user=u&password=***&x=1',
    );
  });

  it('never show a secret, even a wrong one', () => {
    expect(faultsOf({ API_TOKEN: 'hunter2' }).join())
      .to.match(/API_TOKEN: use at least 32 characters/)
      .and.not.match(/hunter2/);
  });

  const brokers = { KAFKA_BROKERS: 'kafka:9092' };

  it('require both credentials of XE, and all three of SASL', () => {
    expect(faultsOf({ XE_API_KEY: 'k' })).to.deep.equal([
      'XE_ACCOUNT_ID and XE_API_KEY: set both or neither',
    ]);
    expect(faultsOf({ KAFKA_SASL_USERNAME: 'u', ...brokers })).to.deep.equal([
      'KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD: set all three or none; ' +
        'KAFKA_SASL_MECHANISM and KAFKA_SASL_PASSWORD not set',
    ]);
    expect(readConfig({ XE_API_KEY: 'k', XE_ACCOUNT_ID: 'a' }, NO_FILE).source).to.equal('xe');
  });

  it('want TLS for certificates and MSK, a token endpoint for OAuth, and PEM as text', () => {
    expect(faultsOf({ KAFKA_SSL_CA: '/etc/ca.pem', ...brokers })).to.deep.equal([
      'KAFKA_SSL_CA: use certificates as PEM text; _FILE at the end of the name takes a file of ' +
        'it, for example -----BEGIN CERTIFICATE-----…',
      'KAFKA_SSL: set it to true for KAFKA_SSL_CA',
    ]);
    const key = '-----BEGIN ENCRYPTED PRIVATE KEY-----\\nx';
    expect(faultsOf({ KAFKA_SSL: 'true', KAFKA_SSL_KEY: key, ...brokers })).to.deep.equal([
      'KAFKA_SSL_KEY: the key is encrypted: decrypt it with openssl pkey -in FILE -out NEW',
      'KAFKA_SSL_CERT and KAFKA_SSL_KEY: set both or neither',
    ]);
    const login = { KAFKA_SASL_USERNAME: 'id', KAFKA_SASL_PASSWORD: 'x', ...brokers };
    expect(faultsOf({ KAFKA_SASL_MECHANISM: 'oauthbearer', ...login })).to.deep.equal([
      'KAFKA_SASL_TOKEN_URL: set it to where oauthbearer gets its tokens',
    ]);
    const msk = { KAFKA_SASL_MECHANISM: 'aws-msk-iam', KAFKA_BROKERS: 'kafka:9098' };
    expect(faultsOf(msk)).to.deep.equal([
      'KAFKA_SSL: set it to true for KAFKA_SASL_MECHANISM aws-msk-iam',
      'KAFKA_BROKERS: use the names that AWS gives them: aws-msk-iam reads the region there',
    ]);
  });

  it('want brokers for a login to Kafka: the embedded stream would take their place unseen', () => {
    const login = { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'fx' };
    expect(faultsOf({ ...login, KAFKA_SASL_PASSWORD: 'x' })).to.deep.equal([
      'KAFKA_BROKERS: set it for KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD; ' +
        'without it Kafka is not used',
    ]);
  });

  it('require https for XE, or http on loopback: no key is sent in the clear', () => {
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

  it('treat an empty value as unset and ignore unknown names', () => {
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
    const write = (name: string, text: string | Buffer) => {
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

    for (const [encoding, bytes] of [
      ['UTF-8 with a byte order mark', Buffer.from('\uFEFFTOPIC=é.topic\n')],
      ['UTF-16 as Windows writes it', Buffer.from('\uFEFFTOPIC=é.topic\r\n', 'utf16le')],
      ['UTF-16, big endian', Buffer.from('\uFEFFTOPIC=é.topic\n', 'utf16le').swap16()],
      ['UTF-16 without a byte order mark', Buffer.from('TOPIC=é.topic\n', 'utf16le')],
    ] as const) {
      it(`are read from ${encoding}`, () => {
        expect(faultsOf({}, write('.env', bytes))[0]).to.match(/^TOPIC: .*got "é\.topic"$/);
      });
    }

    it('are refused in one sentence where .env is a folder or in an unknown encoding', () => {
      mkdirSync(join(dir, 'folder'));
      expect(faultsOf({}, join(dir, 'folder'))).to.deep.equal([
        `${dir}/folder is a folder: remove it, or make it a file of settings`,
      ]);
      const latin1 = write('.env', Buffer.from('TOPIC=\xe9', 'latin1'));
      expect(faultsOf({}, latin1)).to.deep.equal([
        `${dir}/.env is neither UTF-8 nor UTF-16: save it as UTF-8`,
      ]);
    });

    it('are refused where an unquoted # cuts a value, by its line', () => {
      const file = write(
        '.env',
        '# a # comment\nPORT=6000 # a comment\nTOPIC="a#b"\n' +
          'export XE_API_KEY=ab#cd\n\nXE_ACCOUNT_ID=ab #cd\nHOST=#x\n',
      );
      const cut = (line: number, name: string) =>
        `${file} line ${line}: the # in the value of ${name} begins a comment: ` +
        'put the value in quotes';
      expect(faultsOf({ TOPIC: 'a.b' }, file)).to.include.members([
        cut(4, 'XE_API_KEY'),
        cut(6, 'XE_ACCOUNT_ID'),
        cut(7, 'HOST'),
      ]);
      expect(
        faultsOf({ TOPIC: 'a.b' }, file).filter((fault) => / line /.test(fault)),
      ).to.have.length(3);
    });

    it('give a secret by NAME_FILE, without its last newline', () => {
      const file = write('key', 'secret\n');
      expect(
        readConfig({ XE_API_KEY_FILE: file, XE_ACCOUNT_ID: 'a' }, NO_FILE).XE_API_KEY,
      ).to.equal('secret');
    });

    it('may give the database password apart; it is encoded into the URL', () => {
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

    it('are refused when a secret is set twice, or its file is unreadable or empty', () => {
      expect(
        faultsOf({ XE_API_KEY: 'k', XE_API_KEY_FILE: write('key', 'k'), XE_ACCOUNT_ID: 'a' }),
      ).to.deep.equal(['XE_API_KEY and XE_API_KEY_FILE are both set: keep one']);
      expect(faultsOf({ DATABASE_URL_FILE: `${dir}/none` })).to.deep.equal([
        `DATABASE_URL_FILE: ${dir}/none cannot be read (ENOENT)`,
      ]);
      expect(faultsOf({ API_TOKEN_FILE: write('token', '\n') })[0]).to.equal(
        `API_TOKEN_FILE: ${dir}/token is empty`,
      );
    });
  });
});
