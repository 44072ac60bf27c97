import { type Consumer, startConsumer } from '../consumer/index.ts';
import type { Database } from '../platform/database.ts';
import type { EventStream } from '../stream/port.ts';
import { openPublisher } from '../stream/publisher.ts';
import { type Health, keepHeartbeat, type ServiceContext } from './context.ts';
import { deadLetterTopic, eventTopic, schemaLookup } from './event-stream.ts';

interface ConsumerParts {
  db: Database;
  stream: EventStream;
}

/** Starts the consumer and its heartbeat, until the process ends. */
export function startConsumerService(context: ServiceContext, parts: ConsumerParts): Health {
  const { stop, health } = startConfiguredConsumer(context, parts);
  context.onClose('consumer', stop);
  keepHeartbeat(context, { db: parts.db, service: 'consumer', health });
  return health;
}

/** Starts the consumer of the settings alone. */
export function startConfiguredConsumer(
  { config, log, notifications, giveUp }: Omit<ServiceContext, 'onClose' | 'url' | 'signal'>,
  { db, stream }: ConsumerParts,
): Consumer {
  const deadLetters = config.KAFKA_BROKERS
    ? openPublisher({ stream, topic: deadLetterTopic(config), prepare: async () => {} })
    : null;
  // At start, so that missing rights show now and not with the first dead letter.
  void deadLetters?.prepare().catch((err) => {
    log.warn({ err }, 'dead-letter topic not created, retrying when needed');
  });
  return startConsumer({
    db,
    notifications,
    stream,
    topic: eventTopic(config),
    group: config.CONSUMER_GROUP,
    schemaOf: schemaLookup(config),
    publishDeadLetters: deadLetters?.publish ?? null,
    log,
    onGiveUp: giveUp,
  });
}
