import type { RateObserved } from '../../events/rate-observed.ts';
import { sqlFile } from '../../platform/sql.ts';
import { produceReply, statementReply } from '../../test/support/proxy.ts';
import { BOTH, type ChaosCase } from './case.ts';
import { encodeRecord, makeRates } from './encoded-rates.ts';
import { compareTables, promiseIntact } from './verdict.ts';

const PER_ROUND = 20;
const APPEND = sqlFile(import.meta.url, '../../stream/postgres/sql/append.sql');
const APPENDED = statementReply('insert into stream_records', APPEND);

/** Events are written but never confirmed: whatever is acknowledged later must be there. */
export const repliesLost: ChaosCase = {
  name: 'replies-lost',
  what: 'the reply to a publish is lost on its way back, before every round of 20 events',
  on: BOTH,
  run: async (world, full) => {
    const rounds = full ? 100 : 10;
    const rates = makeRates(rounds * PER_ROUND);
    const stream = world.openRemoteStream();
    const { kafka } = world.servers;
    const { databaseNetwork } = world;
    const network = kafka ? kafka.network : databaseNetwork;
    const lostBefore = network.lost();
    const acked: RateObserved[] = [];
    let rejected = 0;
    let cuts = 0;
    world.run('consumer');
    for (let round = 0; round < rounds; round++) {
      const [first, ...others] = rates.slice(round * PER_ROUND, (round + 1) * PER_ROUND) as [
        RateObserved,
        ...RateObserved[],
      ];
      network.loseReply(kafka ? produceReply : APPENDED);
      // A client may retry by itself; with the network down it must report, and start afresh.
      const cut = round % 10 === 9;
      if (cut) {
        network.cut();
        cuts++;
      }
      // Not one batch: kafkajs' idempotent producer would lose the event after the lost reply.
      for (const part of [[first], ...others.map((rate) => [rate])]) {
        const records = part.map((rate) => encodeRecord(rate));
        for (let done = false; !done; ) {
          await stream.publish(world.topic, records).then(
            () => (done = true),
            () => {
              rejected++;
              network.restore();
            },
          );
        }
        acked.push(...part);
      }
    }
    const recovered_ms = await world.waitUntilDrained();
    const verdict = await compareTables(world.query, acked);
    const lostReplies = network.lost() - lostBefore;
    return {
      attempted: rates.length,
      acked: acked.length,
      ...verdict,
      recovered_ms,
      also: { rounds, cuts, replies_lost: lostReplies, publishes_rejected: rejected },
      must: {
        ...promiseIntact(verdict),
        'a reply was lost in every round': lostReplies === rounds,
        'every cut was reported': rejected >= cuts,
      },
    };
  },
};
