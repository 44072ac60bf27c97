import { setTimeout as pause } from 'node:timers/promises';
import type { LinkState, NetworkProxy } from '../../test/support/proxy.ts';
import { BOTH, type ChaosCase } from './case.ts';
import { makeRates } from './encoded-rates.ts';
import { compareTables, countDeadLetters, promiseIntact } from './verdict.ts';
import { waitFor } from './world.ts';

const FINE: LinkState = {};
/** The longest a publish may take to be acknowledged or refused, on a busy machine. */
const PUBLISH_MS = 32_000;

type Spoil = (network: NetworkProxy) => void;
const eachWay = (link: LinkState): [string, Spoil][] => [
  ['there', (network) => network.setLink(link, FINE)],
  ['back', (network) => network.setLink(FINE, link)],
];
const KINDS: Record<string, [string, Spoil][]> = {
  'black hole': eachWay({ hold: true }),
  '2 s late': eachWay({ delayMs: 2000 }),
  '1 kB/s': eachWay({ bytesPerSecond: 1024 }),
  resets: [['both', (network) => network.reset()]],
};

/** A network that is not cut but bad: the one to the broker and the one to Postgres, each way. */
export const badLinks: ChaosCase = {
  name: 'bad-links',
  what: 'black hole, 2 s latency, 1 kB/s and resets, on each link, in each direction',
  on: BOTH,
  run: async (world, full) => {
    const { kafka } = world.servers;
    const { databaseNetwork } = world;
    const links: [string, NetworkProxy][] = [
      ['Postgres', databaseNetwork],
      ...(kafka ? ([['Kafka', kafka.network]] as [string, NetworkProxy][]) : []),
    ];
    const lasts = full ? 20_000 : 2000;
    const kinds = full
      ? Object.entries(KINDS)
      : Object.entries(KINDS).filter(([kind]) => ['black hole', 'resets'].includes(kind));
    const stream = world.openRemoteStream();
    const rates = makeRates(5000);
    let published = 0;
    let recovered_ms = 0;
    let slowest = 0;
    let where = '';
    world.run('consumer');
    const publishOver = async () => {
      const next = rates.slice(published, published + 7);
      published += next.length;
      for (;;) {
        const began = performance.now();
        const done = await world.tryPublish(next, stream);
        slowest = Math.max(slowest, Math.round(performance.now() - began));
        if (done) return;
        await pause(100);
      }
    };
    await publishOver();
    await world.waitUntilDrained();
    for (const [link, network] of links) {
      for (const [kind, ways] of kinds) {
        for (const [way, spoil] of full ? ways : ways.slice(-1)) {
          const end = performance.now() + lasts;
          const publishing = (async () => {
            while (performance.now() < end) {
              await publishOver();
              await pause(200);
            }
          })();
          spoil(network);
          if (kind === 'resets') for (; performance.now() < end; await pause(500)) spoil(network);
          else await pause(Math.max(0, end - performance.now()));
          network.restore();
          const took = await waitFor(`reading after ${kind} ${way} ${link}`, 120_000, async () => {
            await publishing;
            return (await world.countStored()) === published;
          });
          if (took > recovered_ms) where = `${kind}, ${way}, ${link}`;
          recovered_ms = Math.max(recovered_ms, took);
        }
      }
    }
    await world.waitUntilDrained();
    const verdict = await compareTables(world.query, rates.slice(0, published));
    const letters = await countDeadLetters(world.query);
    return {
      attempted: published,
      acked: published,
      ...verdict,
      recovered_ms,
      also: { slowest_publish_ms: slowest, worst_link: where, letters },
      must: {
        ...promiseIntact(verdict),
        'no dead letters': letters === 0,
        'reading again within 20 s': recovered_ms <= 20_000,
        'every publish ends by its deadline': slowest <= PUBLISH_MS,
      },
    };
  },
};
