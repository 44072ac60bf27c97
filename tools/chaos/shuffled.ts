import { BOTH, type ChaosCase } from './case.ts';
import { encodeRecord, makeRates } from './encoded-rates.ts';
import { shuffle } from './random.ts';
import { digestTables } from './tables.ts';
import { compareTables, promiseIntact } from './verdict.ts';

/** The tables are a function of the set of events, whatever their order and number. */
export const shuffledOrders: ChaosCase = {
  name: 'shuffled',
  what: 'the same events with two slots a day, in many orders, a tenth of them twice',
  on: BOTH,
  together: true,
  run: async (world, full) => {
    const [count, orders] = full ? [10_000, 20] : [1400, 4];
    const rates = makeRates(count, { slots: 2 });
    const digests = new Set<string>();
    let recovered_ms = 0;
    let verdict = { rows: 0, lost: 0, duplicate: 0, wrong: 0 };
    world.run('consumer');
    for (let order = 0; order < orders; order++) {
      await world.query('truncate daily_rates, rate_observations');
      const doubled = rates.filter(() => world.random() < 0.1);
      const records = shuffle([...rates, ...doubled], world.random).map((rate) =>
        encodeRecord(rate),
      );
      for (let at = 0; at < records.length; at += 500)
        await world.publishRecords(records.slice(at, at + 500));
      recovered_ms = Math.max(recovered_ms, await world.waitUntilDrained());
      digests.add(await digestTables(world.query));
      const one = await compareTables(world.query, rates);
      verdict = {
        rows: one.rows,
        lost: verdict.lost + one.lost,
        duplicate: verdict.duplicate + one.duplicate,
        wrong: verdict.wrong + one.wrong,
      };
    }
    return {
      attempted: count,
      acked: count,
      ...verdict,
      recovered_ms,
      also: { orders, digests: digests.size, sha256: [...digests].join(' ') },
      must: { ...promiseIntact(verdict), 'equal sha256 for every order': digests.size === 1 },
    };
  },
};
