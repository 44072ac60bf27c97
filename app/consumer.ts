import { startConsumer } from '../consumer/index.ts';
import type { Database } from '../platform/database.ts';
import type { EventStream } from '../stream/port.ts';
import { type Health, heartbeatPart, letterTopicOf, type ServiceParts, topicOf } from './parts.ts';
import { schemaOfPart } from './schema-registry.ts';

/** The consumer, its dead letters and its row in `services`. */
export function consumerPart(
  parts: ServiceParts,
  { db, stream }: { db: Database; stream: EventStream },
): Health {
  const { config, log, onClose, notifications, giveUp } = parts;
  const topic = topicOf(config);
  const letters = letterTopicOf(config);
  const letterStream = {
    publish: async (name: string, records: Parameters<EventStream['publish']>[1]) => {
      await stream.createTopic(letters);
      return stream.publish(name, records);
    },
  };
  // Before the first letter, so that who may not make topics hears of it now. Where the broker is away it is made with that letter.
  if (config.KAFKA_BROKERS)
    void stream
      .createTopic(letters)
      .catch((error: Error) =>
        log.warn(
          { topic: letters.topic, error: error.message },
          'the topic of the dead letters is not there yet',
        ),
      );
  const consumer = startConsumer({
    db,
    notifications,
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
