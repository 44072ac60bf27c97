import { CompressionTypes, type IHeaders, Kafka, logLevel, Partitioners } from 'kafkajs';
import { type BenchCase, measure } from './case.ts';
import { historyInSends, SEND } from './history.ts';
import { kafkaStage } from './kafka-stage.ts';

/** The same batches of encoded events through the port and by bare kafkajs, in turns. */
export const publish: BenchCase = {
  name: 'publish',
  about:
    `1 M events in batches of ${SEND} through the port, ` +
    'beside a bare kafkajs producer sending the same batches',
  run: async ({ quick, say }) => {
    const events = quick ? 20_000 : 1_000_000;
    const stage = await kafkaStage();
    const { brokers, topic, stream, schemaId } = stage;
    const bare = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
    });
    await bare.connect();
    let [ours, theirs, turn] = [0, 0, 0];
    try {
      say(`publishing ${events} events twice`);
      for (const records of historyInSends({ to: events, schemaId })) {
        const messages = records.map(({ key, value, headers }) => ({
          key,
          value,
          headers: { ...headers } as IHeaders,
        }));
        const byPort = async () =>
          (ours += (await measure(() => stream.publish(topic, records)))[0]);
        const byPeer = async () =>
          (theirs += (
            await measure(() =>
              bare.send({
                topic,
                messages,
                acks: -1,
                timeout: 10_000,
                compression: CompressionTypes.GZIP,
              }),
            )
          )[0]);
        for (const send of turn++ % 2 === 0 ? [byPort, byPeer] : [byPeer, byPort]) await send();
      }
      return {
        figures: { events_per_s: events / ours, bare_events_per_s: events / theirs },
        bounds: [{ figure: 'events_per_s', beside: 'bare_events_per_s', atLeast: 0.8 }],
      };
    } finally {
      await bare.disconnect();
      await stage.leave();
    }
  },
};
