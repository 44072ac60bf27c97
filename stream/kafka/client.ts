import { Kafka, type KafkaConfig, logLevel, type SASLOptions } from 'kafkajs';
import type { Logger } from '../../platform/logger.ts';
import { bearerTokens, type TokenLogin } from './bearer-tokens.ts';
import { registerCodecs } from './codecs.ts';
import { patchKafkajs } from './kafkajs-patches.ts';

export interface KafkaSettings {
  brokers: readonly string[];
  /** Over TLS: with the certificate authority and our certificate as PEM, or Node's defaults. */
  ssl: boolean | { ca?: string; cert?: string; key?: string };
  sasl: Login | TokenLogin | null;
  clientId: string;
}

/** User name and password. */
interface Login {
  mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  username: string;
  password: string;
}

/** A kafkajs client that reads every codec, logs to our log and gives up a request after 10 s. */
export function kafkaClient({ brokers, ssl, sasl, clientId }: KafkaSettings, log: Logger): Kafka {
  patchKafkajs();
  registerCodecs();
  return new Kafka({
    clientId,
    brokers: [...brokers],
    ssl,
    ...(sasl && { sasl: saslOptions(sasl) }),
    connectionTimeout: 3000,
    authenticationTimeout: 5000,
    requestTimeout: 10_000,
    enforceRequestTimeout: true,
    // Below 3 s in all, jitter included: a service that shuts down waits for it. Callers retry.
    retry: { initialRetryTime: 100, maxRetryTime: 3000, retries: 4 },
    logLevel: logLevel.WARN,
    // kafkajs logs normal rebalances as errors; real failures are rejections and CRASH events.
    logCreator: () => (entry) =>
      log.debug({ kafkajs: entry.namespace, ...entry.log }, `kafkajs: ${entry.log.message}`),
  });
}

function saslOptions(sasl: Login | TokenLogin): NonNullable<KafkaConfig['sasl']> {
  return sasl.mechanism === 'oauthbearer' || sasl.mechanism === 'aws-msk-iam'
    ? { mechanism: 'oauthbearer', oauthBearerProvider: bearerTokens(sasl) }
    : (sasl as SASLOptions);
}
