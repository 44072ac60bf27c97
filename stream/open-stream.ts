import type { Config } from '../platform/config.ts';
import type { Database } from '../platform/database.ts';
import type { Logger } from '../platform/logger.ts';
import type { KafkaSettings } from './kafka/client.ts';
import type { EventStream } from './port.ts';
import { openPostgresStream } from './postgres/stream.ts';

interface Opening {
  config: Config;
  db: Database;
  url: string;
  log: Logger;
}

/** The stream that the settings name: Kafka where there are brokers, else the embedded one. The only place that knows both. */
export async function openStream({ config, db, url, log }: Opening): Promise<EventStream> {
  if (!config.KAFKA_BROKERS) return openPostgresStream({ db, url, log });
  // Loaded only here: kafkajs would be a tenth of a start that has no use for it.
  const { openKafkaStream } = await import('./kafka/stream.ts');
  return openKafkaStream({ settings: kafkaSettings(config), log });
}

/** What the settings say of the brokers and how to log in to them. */
export function kafkaSettings(config: Config): KafkaSettings {
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username = '',
    KAFKA_SASL_PASSWORD: password = '',
  } = config;
  const sasl = mechanism ? { mechanism, username, password } : null;
  return { brokers: config.KAFKA_BROKERS ?? [], ssl: config.KAFKA_SSL, sasl, clientId: 'fx-rates' };
}
