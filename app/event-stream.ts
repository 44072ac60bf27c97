import { requireFrozenSchema } from '../events/built-in-schemas.ts';
import { type Config, mskRegion } from '../platform/config.ts';
import type { Database } from '../platform/database.ts';
import { CannotStart, StreamUnavailable } from '../platform/errors.ts';
import type { KafkaSettings } from '../stream/kafka/client.ts';
import type { EventStream, SchemaRegistry, TopicSettings } from '../stream/port.ts';
import { openPostgresStream, type PostgresStreamOptions } from '../stream/postgres/stream.ts';
import { openSchemaRegistry, type RegistrySettings } from '../stream/schema-registry.ts';
import type { AppContext, ServiceContext } from './context.ts';

/**
 * Opens the configured stream. Refuses to start when the Avro schema was changed without a new
 * version.
 */
export async function openEventStream(
  { config, log, onClose, url, notifications }: AppContext & Partial<ServiceContext>,
  db: Database,
): Promise<EventStream> {
  try {
    requireFrozenSchema();
  } catch (err) {
    throw new CannotStart((err as Error).message, { cause: err });
  }
  const options = { config, db, url, log };
  const stream = await openStream({ ...options, ...(notifications && { notifications }) });
  onClose('stream', () => stream.close());
  return stream;
}

/** Settings of the topic of events. */
export function eventTopic(config: Config): TopicSettings {
  return {
    topic: config.TOPIC,
    partitions: config.TOPIC_PARTITIONS,
    replication: config.TOPIC_REPLICATION,
  };
}

/** Above the limit of the topic of events (the broker's, about 1 MB): error headers are added. */
const DEAD_LETTER_MAX_BYTES = 16 * 1024 * 1024;

/** Settings of the dead-letter topic, used on Kafka only; each dead letter is a row as well. */
export function deadLetterTopic(config: Config): TopicSettings {
  return {
    ...eventTopic(config),
    topic: `${config.TOPIC}.dlt`,
    maxRecordBytes: DEAD_LETTER_MAX_BYTES,
  };
}

/** Opens the configured schema registry; null without SCHEMA_REGISTRY_URL: ids are built in. */
export function openRegistry(config: Config): SchemaRegistry | null {
  const settings = registrySettings(config);
  return settings && openSchemaRegistry(settings);
}

/** How to reach the configured registry, or null. */
export function registrySettings(config: Config): RegistrySettings | null {
  const { SCHEMA_REGISTRY_URL: url, SCHEMA_REGISTRY_TOKEN: token, SCHEMA_REGISTRY_CA: ca } = config;
  return url ? { url, token, ca } : null;
}

/**
 * Returns a function that looks up the writer's schema by an id that is not built in. It returns
 * null for an unknown id; on Kafka without SCHEMA_REGISTRY_URL it throws `StreamUnavailable`: the
 * event waits, since the registry of its producer knows the id.
 */
export function schemaLookup(config: Config): (id: number) => Promise<string | null> {
  const registry = openRegistry(config);
  return async (id) => {
    if (registry) return registry.schema(id);
    if (!config.KAFKA_BROKERS) return null;
    throw new StreamUnavailable(
      `SCHEMA_REGISTRY_URL is not set, and an event has the schema id ${id} of a registry`,
      { healthCode: 'registry_not_set', fix: 'set it to the URL of that registry and restart' },
    );
  };
}

/** Chooses the adapter: Kafka if KAFKA_BROKERS is set, else the stream embedded in Postgres. */
async function openStream({
  config,
  ...options
}: PostgresStreamOptions & { config: Config }): Promise<EventStream> {
  if (!config.KAFKA_BROKERS) return openPostgresStream(options);
  // Imported on use: loading kafkajs takes a tenth of the start-up time.
  const { openKafkaStream } = await import('../stream/kafka/stream.ts');
  return openKafkaStream({ settings: kafkaSettings(config), log: options.log });
}

/** The configured brokers, and how to authenticate to them. */
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
  // A region was required when the settings were read.
  if (mechanism === 'aws-msk-iam')
    return { mechanism, region: mskRegion(config.KAFKA_BROKERS?.join() ?? '') ?? '' };
  if (mechanism === 'oauthbearer')
    return { mechanism, username, password, tokenUrl, scope, extensions };
  return { mechanism, username, password };
}
