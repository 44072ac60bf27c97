import { startConsumer } from '../consumer/index.ts';
import type { Database } from '../platform/database.ts';
import type { EventStream } from '../stream/port.ts';
import { type Health, heartbeatPart, letterTopicOf, type ServiceParts, topicOf } from './parts.ts';
import { schemaOfPart } from './schema-registry-part.ts';

/** The consumer, its dead letters and its row in `services`. */
export function consumerPart(parts: ServiceParts, { db, stream }: { db: Database; stream: EventStream }): Health {
  const { config, log, onClose, url, giveUp } = parts;
  const topic = topicOf(config);
  const letters = letterTopicOf(config);
  const letterStream = {
    publish: async (name: string, records: Parameters<EventStream['publish']>[1]) => {
      await stream.createTopic(letters);
      return stream.publish(name, records);
    },
  };
  const consumer = startConsumer({
    db,
    databaseUrl: url,
    stream,
    topic,
    group: config.CONSUMER_GROUP,
    schemaOf: schemaOfPart(config),
    deadLetterTopic: config.KAFKA_BROKERS ? { name: letters.topic, stream: letterStream } : null,
    log,
    onGiveUp: giveUp,
  });
  onClose('consumer', () => consumer.stop());
  heartbeatPart(parts, { db, service: 'consumer', health: consumer.health });
  return consumer.health;
}
