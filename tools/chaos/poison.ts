import { setTimeout as pause } from 'node:timers/promises';
import { freePort, get } from '../../test/support/process.ts';
import { BOTH, type ChaosCase } from './case.ts';
import { encodeRecord, makeRates } from './encoded-rates.ts';
import { makePoison } from './poisoned-bytes.ts';
import { shuffle } from './random.ts';
import { compareTables, promiseIntact } from './verdict.ts';
import { waitFor } from './world.ts';

/** One record in a hundred can never become a rate; the others must not notice. */
export const poison: ChaosCase = {
  name: 'poison',
  what: '1 % of the messages are bad in many ways, with tombstones beside them',
  on: BOTH,
  run: async (world, full) => {
    const count = full ? 10_000 : 2000;
    const bad = count / 100;
    const rates = makeRates(count - bad);
    const spare = makeRates(bad, { firstDay: 9000 });
    const tombstones = 20;
    const records = shuffle(
      [
        ...rates.map((rate) => encodeRecord(rate)),
        ...spare.map((rate, n) => makePoison(n, rate)),
        ...Array.from({ length: tombstones }, () => ({ key: 'USD-KES', value: null })),
      ],
      world.random,
    );
    const port = String(await freePort());
    const consumer = world.run('consumer', { METRICS_PORT: port });
    await waitFor(
      'the consumer',
      60_000,
      async () => (await get(`http://127.0.0.1:${port}/readyz`))?.status === 200,
    );
    const publishing = (async () => {
      for (let at = 0; at < records.length; at += 100)
        await world.publishRecords(records.slice(at, at + 100));
    })();
    let stall = 0;
    let [seen, since] = [0, performance.now()];
    const progress = async () =>
      Number(
        (
          await world.query<{ n: string }>(
            `select (select count(*) from rate_observations)
                  + (select count(*) from dead_letters) as n`,
          )
        )[0]?.n,
      );
    const began = performance.now();
    for (
      let now = await progress();
      now < count && performance.now() - began < 120_000;
      now = await progress()
    ) {
      if (now === 0 || now > seen) [seen, since] = [now, performance.now()];
      else stall = Math.max(stall, performance.now() - since);
      await pause(20);
    }
    await publishing;
    await world.waitUntilDrained();
    const recovered_ms = Math.round(performance.now() - began);
    const verdict = await compareTables(world.query, rates);
    const letters = await world.query<{ reason: string; detail: string }>(
      'select distinct on (key, value) reason, detail from dead_letters',
    );
    const health = await waitFor(
      'tombstones are counted',
      10_000,
      async () =>
        ((await get<{ tombstones: number }>(`http://127.0.0.1:${port}/readyz`))?.data.tombstones ??
          0) >= tombstones,
    ).then(
      () => tombstones,
      () => 0,
    );
    consumer.kill('SIGTERM');
    const code = await consumer.exited;
    return {
      attempted: count,
      acked: rates.length,
      ...verdict,
      recovered_ms,
      also: {
        letters: letters.length,
        reasons: new Set(letters.map(({ reason }) => reason)).size,
        tombstones: health,
        longest_stall_ms: Math.round(stall),
      },
      must: {
        ...promiseIntact(verdict),
        'a letter with its reason for each bad one':
          letters.length === bad && letters.every(({ reason, detail }) => reason && detail),
        'tombstones are counted and no letters': health === tombstones,
        'no crash': code === 0,
        'no stall over 1 s': stall <= 1000,
      },
    };
  },
};
