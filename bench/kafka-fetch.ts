import { randomUUID } from 'node:crypto';
import { type EachBatchPayload, Kafka, logLevel } from 'kafkajs';
import type { KafkaStage } from './kafka-stage.ts';

/** Records a second that kafkajs brings from the moment that it may fetch, set as ours is, when `work` is all that is done with a batch. */
export async function fetchPerSecond(
  { brokers, topic }: Pick<KafkaStage, 'brokers' | 'topic'>,
  events: number,
  work: (batch: EachBatchPayload['batch']) => Promise<void>,
): Promise<number> {
  const consumer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).consumer({
    groupId: randomUUID(),
    maxWaitTimeInMs: 500,
    maxBytesPerPartition: 1024 * 1024,
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let [began, read] = [0, 0];
  try {
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      consumer.on(consumer.events.GROUP_JOIN, () => (began = performance.now()));
      void consumer.run({
        autoCommit: false,
        eachBatch: async ({ batch }) => {
          await work(batch);
          read += batch.messages.length;
          if (read >= events) resolve();
        },
      });
    });
    return read / ((performance.now() - began) / 1000);
  } finally {
    await consumer.disconnect();
  }
}
