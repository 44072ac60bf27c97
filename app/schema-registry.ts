import type { Config } from '../platform/config.ts';
import type { SchemaRegistry } from '../stream/port.ts';
import { openSchemaRegistry } from '../stream/schema-registry.ts';

/** Where writers' schemas are looked up beyond the built-in ones. On Kafka without a registry nobody can say that an id is unknown. */
export function schemaOfPart(config: Config): (id: number) => Promise<string | null> {
  const registry = registryOf(config);
  return async (id) => {
    if (registry) return registry.schema(id);
    if (!config.KAFKA_BROKERS) return null;
    throw new Error(
      `an event was written with schema id ${id} of a registry: set SCHEMA_REGISTRY_URL to it`,
    );
  };
}

/** The registry of the settings, or null where schemas are built in. */
export function registryOf(config: Config): SchemaRegistry | null {
  return config.SCHEMA_REGISTRY_URL ? openSchemaRegistry(config.SCHEMA_REGISTRY_URL) : null;
}
