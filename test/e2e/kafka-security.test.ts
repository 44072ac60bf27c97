import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { kafkaSettings } from '../../app/event-stream.ts';
import { readConfig } from '../../platform/config.ts';
import { freePort } from '../../platform/embedded-postgres/server.ts';
import type { StreamUnavailable } from '../../platform/errors.ts';
import { bearerTokens } from '../../stream/kafka/client.ts';
import { openKafkaStream } from '../../stream/kafka/stream.ts';
import { checkOwnCertificate, examineKafka } from '../../tools/doctor/kafka.ts';
import { javaMissing } from '../support/broker.ts';
import { testDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { makeRate, makeRecord } from '../support/make-rate.ts';
import { command, get } from '../support/process.ts';
import { quiet } from '../support/quiet.ts';
import { PASSWORD, type SecuredKafka, startSecuredKafka, USER } from '../support/secured-kafka.ts';
import { CLIENT, SCOPE, startTokenEndpoint } from '../support/token-endpoint.ts';

type Environment = Record<string, string>;

(javaMissing() ? describe.skip : describe)('a broker that asks who we are', function () {
  this.timeout(120_000);
  let kafka: SecuredKafka;
  let tokens: Awaited<ReturnType<typeof startTokenEndpoint>>;

  before('start a broker with SASL and TLS', async () => {
    [kafka, tokens] = await Promise.all([startSecuredKafka(), startTokenEndpoint({ seconds: 45 })]);
  });
  after(() => Promise.all([kafka?.stop(), tokens?.stop()]));

  const open = (environment: Environment) =>
    openKafkaStream({
      settings: kafkaSettings(readConfig(environment, '/nonexistent')),
      log: quiet,
      rebuildAfter: { first: 20, longest: 50 },
    });
  const tls = (more: Environment = {}): Environment => ({
    KAFKA_SSL: 'true',
    KAFKA_SSL_CA: kafka.authority.pem,
    ...more,
  });
  const login = (mechanism: string, password = PASSWORD): Environment => ({
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: USER,
    KAFKA_SASL_PASSWORD: password,
  });
  const oauth = (secret = CLIENT.secret): Environment => ({
    KAFKA_SASL_MECHANISM: 'oauthbearer',
    KAFKA_SASL_USERNAME: CLIENT.id,
    KAFKA_SASL_PASSWORD: secret,
    KAFKA_SASL_TOKEN_URL: tokens.url,
    KAFKA_SASL_SCOPE: SCOPE,
    KAFKA_SASL_EXTENSIONS: 'logicalCluster=lkc-1,identityPoolId=pool-1',
  });
  const certificate = (of: 'valid' | 'expired' | 'foreign'): Environment => ({
    KAFKA_SSL_CERT: kafka.clients[of].pem.cert,
    KAFKA_SSL_KEY: kafka.clients[of].pem.key,
  });

  /** Publishes a record and reads it back: what was read, or the sentence of the refusal. */
  async function use(listener: keyof SecuredKafka['at'], environment: Environment) {
    const stream = open({ KAFKA_BROKERS: kafka.at[listener], ...environment });
    const topic = `t.${randomUUID()}`;
    try {
      await stream.createTopic({ topic, partitions: 1, replication: 1 });
      await stream.publish(topic, [{ key: 'a', value: Buffer.from('1') }]);
      const values: string[] = [];
      for await (const records of stream.read({ topic }))
        values.push(...records.map(({ value }) => String(value)));
      return `read ${values.join()}`;
    } catch (err) {
      const { message, healthCode } = err as StreamUnavailable;
      return `${healthCode}: ${message}`;
    } finally {
      await stream.close();
    }
  }
  async function diagnose(listener: keyof SecuredKafka['at'], environment: Environment) {
    const config = readConfig(
      { KAFKA_BROKERS: kafka.at[listener], ...environment },
      '/nonexistent',
    );
    const checks = await examineKafka({ settings: kafkaSettings(config), topics: [], log: quiet });
    return checks.flatMap((check) =>
      check.state === 'problem' ? [`${check.code}: ${check.detail} → ${check.fix}`] : [],
    );
  }

  for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512']) {
    it(`accepts ${mechanism} with and without TLS, and refuses another password`, async () => {
      expect(await use('sasl_plaintext', login(mechanism))).to.equal('read 1');
      expect(await use('sasl_ssl', tls(login(mechanism)))).to.equal('read 1');
      expect(await use('sasl_ssl', tls(login(mechanism, 'canary of another')))).to.match(
        /^stream_refused: kafka: authentication failed \(.*\): check KAFKA_SASL_MECHANISM, /,
      );
      expect(await use('sasl_ssl', tls(login(mechanism, 'canary of another')))).not.to.contain(
        'canary',
      );
    });
  }

  it('accepts the tokens of client credentials, and names what the endpoint refuses', async () => {
    expect(await use('sasl_ssl', tls(oauth()))).to.equal('read 1');
    expect(await use('sasl_ssl', tls(oauth('canary of another')))).to.match(
      /^stream_refused: the token endpoint 127\S+ refuses us \(status 401 invalid_client\): check /,
    );
    const host = `127.0.0.1:${await freePort()}`;
    const away = { ...oauth(), KAFKA_SASL_TOKEN_URL: `http://${host}/token` };
    expect(await use('sasl_ssl', tls(away))).to.equal(
      `stream_unavailable: token endpoint ${host}: ECONNREFUSED`,
    );
  });

  it('renews its token in time on a connection that the broker ends otherwise', async () => {
    const stream = open(tls({ KAFKA_BROKERS: kafka.at.sasl_ssl, ...oauth() }));
    const topic = `t.${randomUUID()}`;
    await stream.createTopic({ topic, partitions: 1, replication: 1 });
    const before = tokens.issued();
    let published = 0;
    // Longer than a connection may last without a new token, and than a token of the endpoint.
    for (const end = Date.now() + 26_000; Date.now() < end; await pause(500)) {
      await stream.publish(topic, [{ key: 'a', value: Buffer.from('1') }]);
      published++;
    }
    await stream.close();
    expect(published).to.be.greaterThan(20);
    expect(tokens.issued() - before).to.be.within(1, 3);
  });

  it('gives AWS a signed URL as the token of MSK, and names missing credentials', async () => {
    const brokers = 'b-1.fx.x1.c2.kafka.eu-west-1.amazonaws.com:9098';
    const { sasl } = kafkaSettings(
      readConfig(
        { KAFKA_BROKERS: brokers, KAFKA_SSL: 'true', KAFKA_SASL_MECHANISM: 'aws-msk-iam' },
        '/nonexistent',
      ),
    );
    expect(sasl).to.deep.equal({ mechanism: 'aws-msk-iam', region: 'eu-west-1' });
    const own = {
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'canary key of AWS',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    Object.assign(process.env, own);
    try {
      const token = await bearerTokens({ mechanism: 'aws-msk-iam', region: 'eu-west-1' })();
      const url = new URL(Buffer.from(token.value, 'base64url').toString());
      expect(url.host).to.equal('kafka.eu-west-1.amazonaws.com');
      expect(Object.fromEntries(url.searchParams)).to.include({
        Action: 'kafka-cluster:Connect',
        'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
        'X-Amz-Expires': '900',
      });
      expect(url.searchParams.get('X-Amz-Credential')).to.match(
        /^AKIDEXAMPLE\/\d{8}\/eu-west-1\/kafka-cluster\/aws4_request$/,
      );
      expect(url.searchParams.get('X-Amz-Signature')).to.match(/^[\da-f]{64}$/);
    } finally {
      for (const name of Object.keys(own)) delete process.env[name];
    }
  });

  it('accepts the certificate that it requires, and no other', async () => {
    expect(await use('mutual', tls(certificate('valid')))).to.equal('read 1');
    const refused =
      /^stream_refused: kafka: the brokers refuse our certificate, or want one \(ERR_/;
    expect(await use('mutual', tls())).to.match(refused);
    expect(await use('mutual', tls(certificate('foreign')))).to.match(refused);
    expect(await use('mutual', tls(certificate('expired')))).to.match(refused);
  });

  it('is refused by us where its certificate is unknown or has expired', async () => {
    expect(await use('sasl_ssl', { KAFKA_SSL: 'true', ...login('plain') })).to.match(
      /^stream_refused: kafka: the certificate of the brokers is not trusted \(\w+\): set KAFKA_/,
    );
    expect(await use('expired', tls())).to.match(
      /^stream_refused: kafka: the certificate of the brokers has expired, .*: renew it there/,
    );
  });

  it('is examined by the doctor, who names the refusal and its fix', async () => {
    expect(await diagnose('sasl_ssl', tls(login('plain')))).to.deep.equal([]);
    const [password] = await diagnose('sasl_ssl', tls(login('plain', 'canary of another')));
    expect(password).to.match(/^stream_refused: .*authentication failed.* → check KAFKA_SASL_/);
    const [authority] = await diagnose('sasl_ssl', { KAFKA_SSL: 'true', ...login('plain') });
    expect(authority).to.match(/^stream_refused: .*not trusted.* → set KAFKA_SSL_CA_FILE/);
    const expired = await diagnose('mutual', tls(certificate('expired')));
    expect(expired).to.have.length(2);
    expect(expired[1]).to.match(/^certificate_expired: valid until \S+ → renew it/);
    const [port] = await diagnose('sasl_plaintext', tls(login('plain')));
    expect(port).to.match(/^stream_unavailable: .* → .*compare KAFKA_SSL and KAFKA_SASL_/);
    const { cert } = kafka.clients.valid.pem;
    expect(checkOwnCertificate({ cert })[0]).to.include({ code: 'certificate_ends' });
  });

  it('ends npm run topics with one sentence and without a secret', async () => {
    const database = await testDatabase();
    const topics = command('topics', {
      DATABASE_URL: database.url,
      KAFKA_BROKERS: kafka.at.sasl_ssl,
      ...tls(login('scram-sha-512', 'canary of another')),
    });
    expect(await topics.exited).to.equal(1);
    await database.drop();
    expect(topics.output())
      .to.match(/^kafka: authentication failed \(.*\): check KAFKA_SASL_\S+ .*\n$/)
      .and.not.contain('canary');
  });

  it('is reached over TLS with a private CA, and given up without the password', async () => {
    const database = await testDatabase();
    const topic = `t.${randomUUID()}`;
    const direct = open({ KAFKA_BROKERS: `127.0.0.1:${kafka.node.port}` });
    await direct.createTopic({ topic, partitions: 1, replication: 1 });
    await direct.publish(topic, [makeRecord(makeRate('KES', '129.15'))]);
    const metrics = await freePort();
    const settings = {
      DATABASE_URL: database.url,
      TOPIC: topic,
      KAFKA_BROKERS: kafka.at.sasl_ssl,
      KAFKA_SSL: 'true',
      ...login('scram-sha-512'),
    };
    const locked = open({
      KAFKA_BROKERS: kafka.at.sasl_plaintext,
      ...login('plain', 'canary of another'),
    });
    const refused = await locked.subscribe({
      topic,
      group: topic,
      onBatch: () => Promise.resolve(),
    });
    const stranger = command('consumer', { ...settings, METRICS_PORT: String(metrics) });
    await eventually(async () =>
      expect(
        (await get<{ trouble: string }>(`http://127.0.0.1:${metrics}/readyz`))?.data,
      ).to.include({ code: 'stream_refused' }),
    );
    stranger.kill('SIGTERM');
    await stranger.exited;
    expect(await database.query('select from daily_rates')).to.have.length(0);
    const consumer = command('consumer', {
      ...settings,
      KAFKA_SSL_CA_FILE: kafka.authority.file,
    });
    await eventually(async () =>
      expect(await database.query('select mid from daily_rates'), consumer.output()).to.deep.equal([
        { mid: '129.15' },
      ]),
    );
    consumer.kill('SIGTERM');
    expect(await consumer.exited).to.equal(0);
    expect(stranger.output() + consumer.output()).not.to.contain('canary');
    // With the broker in reach and ten deaths in a row, another process may help.
    expect((await refused.gaveUp).message).to.match(
      /^The consumer died 10 times within 10 minutes, last of: kafka: .*[Aa]uth/,
    );
    await refused.stop();
    await locked.close();
    await direct.close();
    await database.drop();
  });
});
