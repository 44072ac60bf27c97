import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { type Command, command } from '../../test/support/process.ts';
import type { BenchCase } from './case.ts';
import { publishHistory } from './history.ts';
import { type KafkaStage, kafkaStage, untilStored } from './kafka-stage.ts';

/** One, two and three consumers on three partitions: what another process brings. No bound. */
export const consumerProcesses: BenchCase = {
  name: 'consumer-processes',
  about: '1, 2 and 3 consumers on a topic of 3 partitions, both tables',
  run: async ({ quick, say }) => {
    // Less would be stored before the last of them has joined.
    const events = quick ? 300_000 : 1_000_000;
    const stage = await kafkaStage();
    try {
      say(`publishing ${events} events`);
      await publishHistory(stage, { to: events, schemaId: stage.schemaId });
      const figures: Record<string, number> = {};
      for (const count of [1, 2, 3]) {
        say(`consumers: ${count}`);
        figures[`rows_per_s_by_${count}`] = await storedPerSecond(stage, events, count);
      }
      return { figures };
    } finally {
      await stage.leave();
    }
  },
};

/** Measured once all are members of a stable group: a rebalance is another question. */
async function storedPerSecond(stage: KafkaStage, events: number, count: number): Promise<number> {
  const group = randomUUID();
  const database = await stage.database();
  const consumers: Command[] = [];
  const admin = new Kafka({ brokers: stage.brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const done = async () => {
    const positions = await stage.stream.positions(stage.topic, group);
    return positions.reduce((sum, { committed }) => sum + Number(committed ?? 0), 0);
  };
  try {
    for (let n = 0; n < count; n++)
      consumers.push(command('consumer', stage.settings(database.url, group)));
    for (let members = 0; members < count; await pause(20)) {
      const [found] = (await admin.describeGroups([group])).groups;
      members = found?.state === 'Stable' ? found.members.length : 0;
    }
    const before = await done();
    const began = performance.now();
    await untilStored(database, 'rate_observations', events);
    return (events - before) / ((performance.now() - began) / 1000);
  } finally {
    await admin.disconnect();
    for (const consumer of consumers) consumer.kill('SIGTERM');
    await Promise.all(consumers.map(({ exited }) => exited));
  }
}
