import { setTimeout as pause } from 'node:timers/promises';
import { BOTH, type ChaosCase } from './case.ts';
import { makeRates } from './encoded-rates.ts';
import { compareTables, promiseIntact } from './verdict.ts';
import { waitFor } from './world.ts';

/** kill -9 within the work, repeatedly, while events flow. */
export const consumerKilled: ChaosCase = {
  name: 'consumer-killed',
  what: 'the consumer is killed 50–800 ms after its first batch, repeatedly, while events flow',
  on: BOTH,
  together: true,
  run: async (world, full) => {
    const [kills, count] = full ? [50, 14_000] : [10, 2800];
    const rates = makeRates(count);
    const perKill = Math.floor(count / (kills + 1));
    let published = 0;
    const flow = async (upTo: number) => {
      while (published < upTo) {
        const next = rates.slice(published, published + 20);
        await world.publish(next);
        published += next.length;
        await pause(10);
      }
    };
    for (let kill = 0; kill < kills; kill++) {
      const flowing = flow(perKill * (kill + 1));
      const before = await world.countStored();
      const victim = world.run('consumer');
      await waitFor(
        'a first batch',
        60_000,
        async () =>
          (await world.countStored()) > before ||
          (published >= perKill * (kill + 1) && (await world.readLag()) === 0),
      );
      await pause(50 + world.random() * 750);
      victim.kill('SIGKILL');
      await victim.exited;
      await flowing;
    }
    await flow(count);
    world.run('consumer');
    const recovered_ms = await world.waitUntilDrained(60_000);
    const verdict = await compareTables(world.query, rates);
    return {
      attempted: count,
      acked: count,
      ...verdict,
      recovered_ms,
      also: { kills },
      must: { ...promiseIntact(verdict), 'drained within 30 s': recovered_ms <= 30_000 },
    };
  },
};
