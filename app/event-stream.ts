import { requireFrozenSchema } from '../events/built-in-schemas.ts';
import { type Config, mskRegion } from '../platform/config.ts';
import type { Database } from '../platform/database.ts';
import { CannotStart, StreamUnavailable } from '../platform/errors.ts';
import type { KafkaSettings } from '../stream/kafka/client.ts';
import type { EventStream, SchemaRegistry, TopicSettings } from '../stream/port.ts';
import { openPostgresStream, type PostgresStreamOptions } from '../stream/postgres/stream.ts';
import { openSchemaRegistry, type RegistrySettings } from '../stream/schema-registry.ts';
import type { AppContext, ServiceContext } from './context.ts';

/** Opens the stream of the settings: Kafka where there are brokers, else the embedded one. */
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

/** A record that just fits into the topic grows by some headers when it becomes a dead letter. */
const DEAD_LETTER_BYTES = 16 * 1024 * 1024;

/** Settings of the dead-letter topic. The embedded stream has none: there dead letters are rows. */
export function deadLetterTopic(config: Config): TopicSettings {
  return {
    ...eventTopic(config),
    topic: `${config.TOPIC}.dlt`,
    maxRecordBytes: DEAD_LETTER_BYTES,
  };
}

/** Opens the schema registry of the settings, or returns null where schema ids are built in. */
export function openRegistry(config: Config): SchemaRegistry | null {
  const settings = registrySettings(config);
  return settings && openSchemaRegistry(settings);
}

/** The registry of the settings, or null. */
export function registrySettings(config: Config): RegistrySettings | null {
  const { SCHEMA_REGISTRY_URL: url, SCHEMA_REGISTRY_TOKEN: token, SCHEMA_REGISTRY_CA: ca } = config;
  return url ? { url, token, ca } : null;
}

/**
 * Returns a function that finds a writer's schema by an id that is not built in. It returns null
 * for an unknown id; on Kafka without a registry it throws, since the id may exist elsewhere.
 */
export function schemaLookup(config: Config): (id: number) => Promise<string | null> {
  const registry = openRegistry(config);
  return async (id) => {
    if (registry) return registry.schema(id);
    if (!config.KAFKA_BROKERS) return null;
    throw new StreamUnavailable(
      `an event was written with schema id ${id} of a registry: set SCHEMA_REGISTRY_URL to it`,
      { healthCode: 'registry_unavailable' },
    );
  };
}

/**
 * Opens the stream of the settings: Kafka where there are brokers, else the embedded one. The only
 * place that knows both adapters.
 */
async function openStream({
  config,
  ...options
}: PostgresStreamOptions & { config: Config }): Promise<EventStream> {
  if (!config.KAFKA_BROKERS) return openPostgresStream(options);
  // Loaded on use: kafkajs is a tenth of a start.
  const { openKafkaStream } = await import('../stream/kafka/stream.ts');
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
