import { expect } from 'chai';
import type { Kafka, Message, PartitionMetadata, ProducerConfig } from 'kafkajs';
import { openPublisher } from '../../../stream/kafka/stream.ts';

/**
 * A client that retries within each send, as kafkajs does when a broker dies. `choices` receives
 * the chosen partitions, a list for each attempt. The first send succeeds without acknowledging
 * the partition `skipped`, as when it moves to a broker that has already responded (for real:
 * `npm run chaos -- --case node-lost`).
 */
function clientThatRetries({
  skipped,
  choices,
}: {
  skipped: number | null;
  choices: number[][];
}): Kafka {
  let sends = 0;
  const producer = ({ createPartitioner }: ProducerConfig) => ({
    connect: () => Promise.resolve(),
    disconnect: () => Promise.resolve(),
    send: ({ topic, messages }: { topic: string; messages: Message[] }) => {
      const choose = (createPartitioner as NonNullable<typeof createPartitioner>)();
      const partitionMetadata = [0, 1, 2].map((partitionId) => ({
        partitionId,
        leader: partitionId + 1,
      })) as unknown as PartitionMetadata[];
      for (let tried = 0; tried < 2; tried++)
        choices.push(messages.map((message) => choose({ topic, partitionMetadata, message })));
      const missing = sends++ === 0 ? skipped : null;
      const answered = [0, 1, 2].filter((partition) => partition !== missing);
      return Promise.resolve(
        answered.map((partition) => ({
          topicName: topic,
          partition,
          errorCode: 0,
          baseOffset: '7',
        })),
      );
    },
  });
  return { producer } as unknown as Kafka;
}

describe('a publish that kafkajs reports as successful', () => {
  // 16 records without a key do not divide evenly among three partitions.
  const records = Array.from({ length: 30 }, (_, n) => ({
    key: n < 14 ? `k${n}` : null,
    value: Buffer.from(String(n)),
  }));

  it('is refused when a partition has not acknowledged, and works on a retry', async () => {
    const choices: number[][] = [];
    const { publish, close } = openPublisher(clientThatRetries({ skipped: 1, choices }));
    const refusal = await publish('t', records).then(
      () => null,
      (error: Error) => error.message,
    );
    const unsent = choices[0]?.filter((partition) => partition === 1).length;
    expect(unsent).to.be.above(0);
    expect(refusal).to.equal(`kafka: t did not acknowledge ${unsent} of 30 records`);
    const appended = await publish('t', records);
    expect(
      appended.reduce((sum, { first, last }) => sum + Number(last) - Number(first) + 1, 0),
    ).to.equal(30);
    await close();
  });

  it('keeps each record in the partition that was chosen first when kafkajs retries', async () => {
    const choices: number[][] = [];
    const { publish, close } = openPublisher(clientThatRetries({ skipped: null, choices }));
    await publish('t', records);
    expect(choices[1]).to.deep.equal(choices[0]);
    await close();
  });
});
