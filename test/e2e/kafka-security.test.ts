import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { freePort } from '../../platform/embedded-postgres/server.ts';
import type { KafkaSettings } from '../../stream/kafka/client.ts';
import { openKafkaStream } from '../../stream/kafka/stream.ts';
import { javaMissing } from '../support/broker.ts';
import { testDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { type KafkaNode, startKafka } from '../support/kafka-server.ts';
import { makeRate, makeRecord } from '../support/make-rate.ts';
import { command, get } from '../support/process.ts';
import { quiet } from '../support/quiet.ts';

const PASSWORD = 'a password for tests';

(javaMissing() ? describe.skip : describe)('a broker that asks who we are', function () {
  this.timeout(120_000);
  let node: KafkaNode;
  let authority: string;
  let [plainPort, tlsPort] = [0, 0];

  before('start a broker with SASL and TLS', async function () {
    this.timeout(120_000);
    [plainPort, tlsPort] = [await freePort(), await freePort()];
    const format = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=fx,password="${PASSWORD}"]`,
    ]);
    const settings = async (dir: string) => {
      authority = join(dir, 'authority.pem');
      return securitySettings(dir, authority);
    };
    [node] = (await startKafka({ settings, format })) as [KafkaNode];
  });
  after(() => node?.stop());

  /** Two listeners, one of them over TLS with a certificate that only its own file vouches for. */
  async function securitySettings(
    dir: string,
    certificate: string,
  ): Promise<Record<string, string>> {
    const store = join(dir, 'store.p12');
    const keytool = (...args: string[]) =>
      promisify(execFile)('keytool', [
        ...args,
        '-alias',
        'kafka',
        '-keystore',
        store,
        '-storepass',
        'secret',
      ]);
    await keytool(
      '-genkeypair',
      '-keyalg',
      'RSA',
      '-storetype',
      'PKCS12',
      '-dname',
      'CN=127.0.0.1',
      '-ext',
      'SAN=ip:127.0.0.1',
    );
    await keytool('-exportcert', '-rfc', '-file', certificate);
    const modules = 'org.apache.kafka.common.security';
    const login = Object.fromEntries(
      ['sasl_plaintext', 'sasl_ssl'].flatMap((listener) => [
        [
          `listener.name.${listener}.plain.sasl.jaas.config`,
          `${modules}.plain.PlainLoginModule required user_fx="${PASSWORD}";`,
        ],
        [
          `listener.name.${listener}.scram-sha-256.sasl.jaas.config`,
          `${modules}.scram.ScramLoginModule required;`,
        ],
        [
          `listener.name.${listener}.scram-sha-512.sasl.jaas.config`,
          `${modules}.scram.ScramLoginModule required;`,
        ],
      ]),
    );
    return {
      ...login,
      listeners: `SASL_PLAINTEXT://127.0.0.1:${plainPort},SASL_SSL://127.0.0.1:${tlsPort}`,
      'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      'ssl.keystore.location': store,
      'ssl.keystore.password': 'secret',
    };
  }
  const over = (port: number, sasl: KafkaSettings['sasl'], ssl = false) =>
    openKafkaStream({
      settings: { brokers: [`127.0.0.1:${port}`], ssl, sasl, clientId: 'security' },
      log: quiet,
      rebuildAfter: { first: 20, longest: 50 },
    });

  for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512'] as const) {
    it(`accepts ${mechanism}, and refuses another password`, async () => {
      const topic = `t.${randomUUID()}`;
      const stream = over(plainPort, { mechanism, username: 'fx', password: PASSWORD });
      await stream.createTopic({ topic, partitions: 1, replication: 1 });
      await stream.publish(topic, [{ key: 'a', value: Buffer.from('1') }]);
      const values: string[] = [];
      for await (const records of stream.read({ topic }))
        values.push(...records.map(({ value }) => String(value)));
      expect(values).to.deep.equal(['1']);
      await stream.close();
      const stranger = over(plainPort, { mechanism, username: 'fx', password: 'another' });
      const refused = await stranger.publish(topic, []).then(
        () => 'let in',
        (error: Error) => error.message,
      );
      await stranger.close();
      expect(refused).to.match(/[Aa]uthentication/);
      expect(refused).not.to.contain('another');
    });
  }

  it('is reached over TLS with a private CA, and given up without the password', async () => {
    const database = await testDatabase();
    const topic = `t.${randomUUID()}`;
    const direct = over(node.port, null);
    await direct.createTopic({ topic, partitions: 1, replication: 1 });
    await direct.publish(topic, [makeRecord(makeRate('KES', '129.15'))]);
    const metrics = await freePort();
    const settings = {
      DATABASE_URL: database.url,
      TOPIC: topic,
      KAFKA_BROKERS: `127.0.0.1:${tlsPort}`,
      KAFKA_SSL: 'true',
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: 'fx',
      KAFKA_SASL_PASSWORD: PASSWORD,
    };
    expect(readFileSync(authority, 'utf8')).to.contain('BEGIN CERTIFICATE');
    const locked = over(plainPort, { mechanism: 'plain', username: 'fx', password: 'another' });
    const refused = await locked.subscribe({
      topic,
      group: topic,
      onBatch: () => Promise.resolve(),
    });
    const stranger = command('consumer', { ...settings, METRICS_PORT: String(metrics) });
    await eventually(async () =>
      expect(
        (await get<{ trouble: string }>(`http://127.0.0.1:${metrics}/readyz`))?.data.trouble,
      ).to.match(/certificate/),
    );
    stranger.kill('SIGTERM');
    await stranger.exited;
    expect(await database.query('select from daily_rates')).to.have.length(0);
    const consumer = command('consumer', { ...settings, NODE_EXTRA_CA_CERTS: authority });
    await eventually(async () =>
      expect(await database.query('select mid from daily_rates'), consumer.output()).to.deep.equal([
        { mid: '129.15' },
      ]),
    );
    consumer.kill('SIGTERM');
    expect(await consumer.exited).to.equal(0);
    expect(stranger.output() + consumer.output()).not.to.contain(PASSWORD);
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
