import { setTimeout as pause } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { freePort, get } from '../../test/support/process.ts';
import { BOTH, type ChaosCase } from './case.ts';
import { makeRates } from './encoded-rates.ts';
import { compareTables, promiseIntact } from './verdict.ts';
import { type World, waitFor } from './world.ts';

/** Where a letter cannot be kept, its record must not be passed: poison is evidence. */
export const lettersUnwritable: ChaosCase = {
  name: 'letters-unwritable',
  what: 'the place for dead letters takes nothing for a while',
  on: BOTH,
  together: true,
  run: async (world, full) => {
    const rates = makeRates(70);
    const place = world.on === 'kafka' ? await openLetterTopic(world) : openLetterTable(world);
    await place.close();
    await world.publish(rates);
    const [at] = await world.stream.publish(world.topic, [
      { key: null, value: Buffer.from('poison') },
    ]);
    const port = await freePort();
    // The consumer exits after ten failures that are no outage; a supervisor restarts it.
    const supervise = async () => {
      for (let code: number | null = 1; code === 1; )
        code = await world.run('consumer', { METRICS_PORT: String(port) }).exited;
    };
    void supervise();
    const alarm_ms = await waitFor('an alarm', 60_000, async () => {
      const answer = await get<{ trouble: string }>(`http://127.0.0.1:${port}/readyz`);
      return (
        answer?.status === 503 && !/waiting for Postgres|not reached yet/.test(answer.data.trouble)
      );
    });
    for (const end = performance.now() + (full ? 60_000 : 5000); performance.now() < end; )
      await pause(200);
    const passed = (await world.stream.positions(world.topic, world.group)).filter(
      ({ partition, committed }) =>
        partition === at?.partition && BigInt(committed ?? 0) > BigInt(at.first),
    );
    const storedMeanwhile = await world.query('select from dead_letters').catch(() => []);
    await place.open();
    const recovered_ms = await world.waitUntilDrained();
    const letters = await world.query<{ reason: string }>(
      'select distinct reason, value from dead_letters',
    );
    const verdict = await compareTables(world.query, rates);
    return {
      attempted: rates.length + 1,
      acked: rates.length,
      ...verdict,
      recovered_ms,
      also: { alarm_ms, letters: letters.length },
      must: {
        ...promiseIntact(verdict),
        'the offset is not passed': passed.length === 0,
        'no letter only half kept': storedMeanwhile.length === 0,
        'one letter in the end': letters.length === 1,
      },
    };
  },
};

/** A topic that is compacted takes nothing without a key, and our poison has none. */
async function openLetterTopic({ servers, topic, stream }: World) {
  const name = `${topic}.dlt`;
  await stream.createTopic({ topic: name, partitions: 1, replication: 1 });
  const policy = async (value: string) => {
    const kafka = new kafkajs.Kafka({
      brokers: [`127.0.0.1:${servers.kafka?.node.port}`],
      logLevel: kafkajs.logLevel.NOTHING,
    });
    const admin = kafka.admin();
    await admin.connect();
    const configEntries = [{ name: 'cleanup.policy', value }];
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries }],
    });
    await admin.disconnect();
  };
  return { close: () => policy('compact'), open: () => policy('delete') };
}

function openLetterTable({ query }: World) {
  return {
    close: () => query('alter table dead_letters rename to dead_letters_away'),
    open: () => query('alter table dead_letters_away rename to dead_letters'),
  };
}
