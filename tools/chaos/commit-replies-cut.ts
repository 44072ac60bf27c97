import { sqlFile } from '../../platform/sql.ts';
import { statementReply } from '../../test/support/proxy.ts';
import { BOTH, type ChaosCase } from './case.ts';
import { makeRates } from './encoded-rates.ts';
import { compareTables, countDeadLetters, promiseIntact } from './verdict.ts';
import { waitFor } from './world.ts';

const SAVE = sqlFile(import.meta.url, '../../consumer/sql/save_rates.sql');

/** The rows are committed, but the reply never comes: the batch is repeated without effect. */
export const commitRepliesCut: ChaosCase = {
  name: 'commit-replies-cut',
  what: 'the connection is reset in place of the reply to a commit',
  on: BOTH,
  together: true,
  run: async (world, full) => {
    const cuts = full ? 200 : 20;
    // The first batch shows that the consumer reads. Each cut needs new events: stored ones are
    // not written again.
    const rates = makeRates((cuts + 1) * 7);
    const network = world.databaseNetwork;
    const lostBefore = network.lost();
    const consumer = world.run('consumer');
    await waitFor('the consumer reads', 60_000, async () => {
      await world.publish(rates.slice(0, 7));
      return (await world.countStored()) > 0;
    });
    let recovered_ms = 0;
    for (let cut = 1; cut <= cuts; cut++) {
      const lost = network.lost();
      network.loseReply(statementReply('insert into rate_observations', SAVE));
      await world.publish(rates.slice(cut * 7, cut * 7 + 7));
      await waitFor('a reply was cut', 60_000, () => network.lost() > lost);
      recovered_ms = Math.max(
        recovered_ms,
        await waitFor('stored', 60_000, async () => (await world.countStored()) >= (cut + 1) * 7),
      );
    }
    await world.waitUntilDrained();
    const verdict = await compareTables(world.query, rates);
    const letters = await countDeadLetters(world.query);
    consumer.kill('SIGTERM');
    const code = await consumer.exited;
    return {
      attempted: rates.length,
      acked: rates.length,
      ...verdict,
      recovered_ms,
      also: { cuts: network.lost() - lostBefore, letters },
      must: {
        ...promiseIntact(verdict),
        'no dead letters': letters === 0,
        'the consumer lives': code === 0,
      },
    };
  },
};
