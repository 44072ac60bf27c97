import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../platform/embedded-postgres/server.ts';
import { type Authority, type Certificate, makeAuthority } from './certificates.ts';
import { type KafkaNode, startKafka } from './kafka-server.ts';

/** A real broker that has a listener for every way in which clients are asked who they are. */
export interface SecuredKafka {
  readonly node: KafkaNode;
  /** `host:port` of each listener. */
  readonly at: Readonly<Record<keyof typeof LISTENERS, string>>;
  readonly authority: Authority;
  /** Certificates of clients: one that is valid, one that ended, one of another authority. */
  readonly clients: Readonly<Record<'valid' | 'expired' | 'foreign', Certificate>>;
  stop(): Promise<void>;
}

export const USER = 'fx';
export const PASSWORD = 'canary password of tests';

const LISTENERS = {
  /** User and password without TLS. */
  sasl_plaintext: 'SASL_PLAINTEXT',
  /** User and password, or a token, over TLS. */
  sasl_ssl: 'SASL_SSL',
  /** Clients must have a certificate. */
  mutual: 'SSL',
  /** Its own certificate has ended. */
  expired: 'SSL',
};
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'];
/** Tokens are read again after this, and kafkajs renews ten seconds before. */
const REAUTHENTICATE_MS = 12_000;

export async function startSecuredKafka(): Promise<SecuredKafka> {
  const dir = mkdtempSync(join(tmpdir(), 'fx-secured-'));
  const authority = makeAuthority(dir);
  const foreign = makeAuthority(dir, 'foreign-ca');
  const clients = {
    valid: authority.issue('client'),
    expired: authority.issue('old-client', { expired: true }),
    foreign: foreign.issue('foreign-client'),
  };
  const names = Object.keys(LISTENERS) as (keyof typeof LISTENERS)[];
  const ports = await Promise.all(names.map(async (name) => [name, await freePort()] as const));
  const at = Object.fromEntries(ports.map(([name, port]) => [name, `127.0.0.1:${port}`]));
  const [node] = await startKafka({
    settings: () => ({
      ...listenerSettings(at),
      ...keystore('', authority.issue('broker')),
      ...keystore('listener.name.expired.', authority.issue('old', { expired: true })),
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': authority.file,
      'listener.name.mutual.ssl.client.auth': 'required',
    }),
    format: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=${USER},password="${PASSWORD}"]`,
    ]),
  });
  return {
    node: node as KafkaNode,
    at: at as SecuredKafka['at'],
    authority,
    clients,
    stop: async () => {
      await node?.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const keystore = (prefix: string, { both }: Certificate) => ({
  [`${prefix}ssl.keystore.type`]: 'PEM',
  [`${prefix}ssl.keystore.location`]: both,
});

function listenerSettings(at: Record<string, string>): Record<string, string> {
  const modules = 'org.apache.kafka.common.security';
  const logins = {
    plain: `${modules}.plain.PlainLoginModule required user_${USER}="${PASSWORD}";`,
    'scram-sha-256': `${modules}.scram.ScramLoginModule required;`,
    'scram-sha-512': `${modules}.scram.ScramLoginModule required;`,
    // Accepts tokens without a signature: Kafka has this mode for tests.
    oauthbearer:
      `${modules}.oauthbearer.OAuthBearerLoginModule required ` +
      'unsecuredLoginStringClaim_sub="broker";',
  };
  const sasl = ['sasl_plaintext', 'sasl_ssl'].flatMap((listener) =>
    Object.entries(logins).map(([mechanism, login]) => [
      `listener.name.${listener}.${mechanism}.sasl.jaas.config`,
      login,
    ]),
  );
  const map = Object.entries(LISTENERS).map(([name, protocol]) => `${name}:${protocol}`);
  return {
    ...(Object.fromEntries(sasl) as Record<string, string>),
    listeners: Object.entries(at)
      .map(([name, address]) => `${name}://${address}`)
      .join(','),
    'listener.security.protocol.map': ['PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT', ...map].join(),
    'sasl.enabled.mechanisms': MECHANISMS.join(),
    'listener.name.sasl_ssl.oauthbearer.connections.max.reauth.ms': String(REAUTHENTICATE_MS),
  };
}
