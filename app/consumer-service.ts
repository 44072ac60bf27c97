import { type Consumer, startConsumer } from '../consumer/index.ts';
import { maskedSettings } from '../platform/config.ts';
import type { Database } from '../platform/database.ts';
import { startHeartbeat } from '../platform/heartbeat.ts';
import type { EventStream } from '../stream/port.ts';
import type { Health, ServiceContext } from './context.ts';
import { deadLetterTopic, eventTopic, schemaLookup } from './event-stream.ts';

interface ConsumerParts {
  db: Database;
  stream: EventStream;
}

/** Starts the consumer and its heartbeat, until the process ends. */
export function startConsumerService(context: ServiceContext, parts: ConsumerParts): Health {
  const { config, log, onClose } = context;
  if (config.KAFKA_BROKERS) void createDeadLetterTopic(context, parts.stream);
  const { stop, health } = startConfiguredConsumer(context, parts);
  onClose('consumer', stop);
  const settings = maskedSettings(config);
  const heartbeat = startHeartbeat({ db: parts.db, service: 'consumer', health, settings, log });
  onClose('consumer heartbeat', () => heartbeat.stop());
  return health;
}

/** Starts the consumer of the settings alone. */
export function startConfiguredConsumer(
  { config, log, notifications, giveUp }: Omit<ServiceContext, 'onClose' | 'url' | 'signal'>,
  { db, stream }: ConsumerParts,
): Consumer {
  const letters = deadLetterTopic(config);
  const letterStream: Pick<EventStream, 'publish'> = {
    publish: async (name, records) => {
      await stream.createTopic(letters);
      return stream.publish(name, records);
    },
  };
  return startConsumer({
    db,
    notifications,
    stream,
    topic: eventTopic(config),
    group: config.CONSUMER_GROUP,
    schemaOf: schemaLookup(config),
    deadLetterTopic: config.KAFKA_BROKERS ? { name: letters.topic, stream: letterStream } : null,
    log,
    onGiveUp: giveUp,
  });
}

/** Creates the topic at start, so that missing rights show now and not with the first dead letter. */
async function createDeadLetterTopic(
  { config, log }: ServiceContext,
  stream: EventStream,
): Promise<void> {
  const settings = deadLetterTopic(config);
  await stream.createTopic(settings).catch((err) => {
    log.warn({ err, topic: settings.topic }, 'dead-letter topic not created, retrying when needed');
  });
}
