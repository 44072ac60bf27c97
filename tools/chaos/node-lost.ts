import { setTimeout as pause } from 'node:timers/promises';
import { openKafkaStream } from '../../stream/kafka/stream.ts';
import { type KafkaNode, startKafka, waitForBrokers } from '../../test/support/kafka-server.ts';
import { quiet } from '../../test/support/quiet.ts';
import type { ChaosCase } from './case.ts';
import { makeRates } from './encoded-rates.ts';
import { compareTables, promiseIntact } from './verdict.ts';
import { waitFor } from './world.ts';

/** Three nodes, three replicas, two in sync: each node in turn dies by kill -9 under load. */
export const nodeLost: ChaosCase = {
  name: 'node-lost',
  what: 'a cluster of three loses each node in turn under load, with three consumers',
  on: ['kafka'],
  fullOnly: true,
  run: async (world, full) => {
    const nodes = await startKafka({ nodes: 3 });
    const brokers = nodes.map(({ port }) => `127.0.0.1:${port}`);
    const stream = openKafkaStream({
      settings: { brokers, ssl: false, sasl: null, clientId: 'chaos' },
      log: quiet,
    });
    try {
      await stream.createTopic({ topic: world.topic, partitions: 3, replication: 3 });
      const rates = makeRates(20_000);
      for (let n = 0; n < 3; n++)
        world.run('consumer', {
          KAFKA_BROKERS: brokers.join(','),
          TOPIC_REPLICATION: '3',
          SCHEMA_REGISTRY_URL: '',
        });
      let published = 0;
      let over = false;
      let repeated = 0;
      const load = (async () => {
        while (!over) {
          const next = rates.slice(published, published + 20);
          repeated += (await world.publish(next, stream)) - 1;
          published += next.length;
          await pause(50);
        }
      })();
      const reading = async () => {
        const before = published;
        return waitFor(
          'events are read',
          180_000,
          async () => (await world.countStored()) > before,
        );
      };
      await reading();
      let recovered_ms = 0;
      for (const node of full ? nodes : nodes.slice(0, 1)) {
        await (node as KafkaNode).kill('SIGKILL');
        recovered_ms = Math.max(recovered_ms, await reading());
        await node.start();
        await waitForBrokers(node.port, 3);
        await pause(full ? 10_000 : 0);
      }
      over = true;
      await load;
      await waitFor(
        'everything is stored',
        60_000,
        async () => (await world.countStored()) === published,
      );
      const verdict = await compareTables(world.query, rates.slice(0, published));
      return {
        attempted: published,
        acked: published,
        ...verdict,
        recovered_ms,
        also: { nodes_killed: full ? 3 : 1, publishes_repeated: repeated },
        must: promiseIntact(verdict),
      };
    } finally {
      await stream.close();
      await Promise.all(nodes.map((node) => node.stop()));
    }
  },
};
