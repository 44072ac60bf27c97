import { type Config, mskRegion } from '../platform/config.ts';
import type { KafkaSettings } from './kafka/client.ts';
import type { EventStream } from './port.ts';
import { openPostgresStream, type PostgresStreamOptions } from './postgres/stream.ts';

/**
 * Opens the stream of the settings: Kafka where there are brokers, else the embedded one. The only
 * place that knows both adapters.
 */
export async function openStream({
  config,
  ...options
}: PostgresStreamOptions & { config: Config }): Promise<EventStream> {
  if (!config.KAFKA_BROKERS) return openPostgresStream(options);
  // Loaded on use: kafkajs is a tenth of a start.
  const { openKafkaStream } = await import('./kafka/stream.ts');
  return openKafkaStream({ settings: kafkaSettings(config), log: options.log });
}

/** The brokers of the settings, and how to authenticate to them. */
export function kafkaSettings(config: Config): KafkaSettings {
  const { KAFKA_BROKERS: brokers = [], KAFKA_SSL_CA: ca } = config;
  const { KAFKA_SSL_CERT: cert, KAFKA_SSL_KEY: key } = config;
  const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  return { brokers, ssl: config.KAFKA_SSL && tls, sasl: saslOf(config), clientId: 'fx-rates' };
}

function saslOf(config: Config): KafkaSettings['sasl'] {
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username = '',
    KAFKA_SASL_PASSWORD: password = '',
    KAFKA_SASL_TOKEN_URL: tokenUrl = '',
    KAFKA_SASL_SCOPE: scope,
    KAFKA_SASL_EXTENSIONS: extensions,
  } = config;
  if (!mechanism) return null;
  if (mechanism === 'aws-msk-iam')
    return { mechanism, region: mskRegion(config.KAFKA_BROKERS?.join() ?? '') ?? '' };
  if (mechanism === 'oauthbearer')
    return { mechanism, username, password, tokenUrl, scope, extensions };
  return { mechanism, username, password };
}
