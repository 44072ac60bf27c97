import { expect } from 'chai';
import type { Kafka, Message, ProducerConfig } from 'kafkajs';
import { kafkaPublisher } from '../../../stream/kafka/publish.ts';

/**
 * A client that retries within each send, as kafkajs does when a broker dies. `choices` receives
 * the chosen partitions, a list for each attempt. The first send is called done without acknowledging
 * `skipped`, as when that partition moves to a broker that had answered: `npm run chaos -- --case
 * node-lost` produces it for real.
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
      })) as never;
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

describe('a publish that kafkajs calls done', () => {
  // Not as many without a key as would come out even over three partitions.
  const records = Array.from({ length: 30 }, (_, n) => ({
    key: n < 14 ? `k${n}` : null,
    value: Buffer.from(String(n)),
  }));

  it('is refused when a partition has not acknowledged, and works on a retry', async () => {
    const choices: number[][] = [];
    const { publish, close } = kafkaPublisher(clientThatRetries({ skipped: 1, choices }));
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
    const { publish, close } = kafkaPublisher(clientThatRetries({ skipped: null, choices }));
    await publish('t', records);
    expect(choices[1]).to.deep.equal(choices[0]);
    await close();
  });
});
