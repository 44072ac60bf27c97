import type { Config } from '../platform/config.ts';
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

/** The brokers of the settings, and how to log in to them. */
export function kafkaSettings(config: Config): KafkaSettings {
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username = '',
    KAFKA_SASL_PASSWORD: password = '',
  } = config;
  const sasl = mechanism ? { mechanism, username, password } : null;
  return { brokers: config.KAFKA_BROKERS ?? [], ssl: config.KAFKA_SSL, sasl, clientId: 'fx-rates' };
}
