import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { waitForBrokers } from '../../test/support/kafka-server.ts';
import { freePort, get } from '../../test/support/process.ts';
import type { ChaosCase } from './case.ts';
import { makeRates } from './encoded-rates.ts';
import { compareTables, promiseIntact } from './verdict.ts';
import { waitFor } from './world.ts';

const MINUTE = 60_000;

/** The broker dies, freezes and stays down: acknowledged events survive, everything resumes. */
export const brokerKilled: ChaosCase = {
  name: 'broker-killed',
  what: 'the broker is killed and started again under load, is away for minutes, and is frozen',
  on: ['kafka'],
  run: async (world, full) => {
    const kafka = world.servers.kafka as NonNullable<typeof world.servers.kafka>;
    const [kills, longAway, frozen] = full ? [10, 5 * MINUTE, MINUTE] : [1, 0, 5000];
    const rates = makeRates(20_000);
    const port = await freePort();
    const consumer = world.run('consumer');
    world.run('api', {
      PORT: String(port),
      DATABASE_URL: world.settings['DATABASE_URL'] as string,
    });
    await waitFor(
      'the API',
      MINUTE,
      async () => (await get(`http://127.0.0.1:${port}/livez`))?.status === 200,
    );

    let published = 0;
    let retried = 0;
    let asked = 0;
    let refused = 0;
    let over = false;
    const load = (async () => {
      while (!over && published < rates.length) {
        const next = rates.slice(published, published + 20);
        retried += (await world.publish(next)) - 1;
        published += next.length;
        await pause(100);
      }
    })();
    const readers = (async () => {
      while (!over) {
        asked++;
        if ((await get(`http://127.0.0.1:${port}/v1/rates?currency=KES`))?.status !== 200)
          refused++;
        await pause(250);
      }
    })();
    const reading = async () => {
      const before = await world.countStored();
      return waitFor(
        'events are read again',
        2 * MINUTE,
        async () => (await world.countStored()) > before,
      );
    };
    await reading();
    const memory = rssOf(consumer.pid);
    let recovered_ms = 0;
    const outages = Array.from(
      { length: kills },
      () => 1000 + world.random() * (full ? 9000 : 2000),
    );
    for (const away of longAway ? [...outages, longAway] : outages) {
      await kafka.node.kill('SIGKILL');
      await pause(away);
      await kafka.node.start();
      await waitForBrokers(kafka.node.port);
      recovered_ms = Math.max(recovered_ms, await reading());
    }
    await kafka.node.kill('SIGSTOP');
    await pause(frozen);
    await kafka.node.kill('SIGCONT');
    recovered_ms = Math.max(recovered_ms, await reading());
    over = true;
    await Promise.all([load, readers]);
    await world.waitUntilDrained();
    const grown = Math.round((rssOf(consumer.pid) - memory) / 1024);
    const verdict = await compareTables(world.query, rates.slice(0, published));
    return {
      attempted: published,
      acked: published,
      ...verdict,
      recovered_ms,
      also: {
        kills,
        publishes_repeated: retried,
        reads: asked,
        reads_refused: refused,
        rss_growth_mb: grown,
      },
      must: {
        ...promiseIntact(verdict),
        'reading again within 20 s': recovered_ms <= 20_000,
        'the API answers throughout': refused === 0,
        'memory grows by less than 20 MB': grown < 20,
      },
    };
  },
};

/** Resident memory in KiB, as Linux tells it. */
function rssOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
