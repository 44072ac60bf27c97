import { setTimeout as pause } from 'node:timers/promises';
import { freePort, get } from '../../test/support/process.ts';
import { BOTH, type ChaosCase } from './case.ts';
import { makeRates } from './encoded-rates.ts';
import { compareTables, promiseIntact } from './verdict.ts';
import { waitFor } from './world.ts';

const MEMBERS = 3;

/** Three processes share three partitions; what a dead one owned goes to the others. */
export const members: ChaosCase = {
  name: 'members',
  what: 'three consumers share three partitions under load; all but the last die in turn',
  on: BOTH,
  together: true,
  run: async (world, full) => {
    const rates = makeRates(full ? 14_000 : 2800);
    const ports = await Promise.all(Array.from({ length: MEMBERS }, () => freePort()));
    const alive = ports.map((port) => ({
      port,
      process: world.run('consumer', { METRICS_PORT: String(port) }),
    }));
    const owned = async () =>
      Promise.all(
        alive.map(
          async ({ port }) =>
            (await get<{ partitions: number[] }>(`http://127.0.0.1:${port}/readyz`))?.data
              ?.partitions ?? [],
        ),
      );
    const fair = async () => {
      const shares = await owned();
      const share = Math.ceil(3 / alive.length);
      return (
        [...shares.flat()].sort().join() === '0,1,2' &&
        shares.every(({ length }) => length >= 1 && length <= share)
      );
    };
    let published = 0;
    const load = (async () => {
      for (; published < rates.length; await pause(10)) {
        await world.publish(rates.slice(published, published + 20));
        published += 20;
      }
    })();
    let recovered_ms = await waitFor('a partition each', 60_000, fair);
    const joined_ms = recovered_ms;
    recovered_ms = 0;
    while (alive.length > 1) {
      alive.shift()?.process.kill('SIGKILL');
      recovered_ms = Math.max(
        recovered_ms,
        await waitFor('the others own what a dead one had', 60_000, fair),
      );
    }
    await load;
    await world.waitUntilDrained();
    const verdict = await compareTables(world.query, rates);
    return {
      attempted: rates.length,
      acked: rates.length,
      ...verdict,
      recovered_ms,
      also: { members: MEMBERS, joined_ms },
      must: {
        ...promiseIntact(verdict),
        'partitions are taken over within 30 s': recovered_ms <= 30_000,
      },
    };
  },
};
