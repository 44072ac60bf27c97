import { setTimeout as pause } from 'node:timers/promises';
import type { NetworkProxy, Weather } from '../../test/support/proxy.ts';
import { BOTH, type ChaosCase } from './case.ts';
import { encodedRates } from './encoded-rates.ts';
import { lettersKept, verdictOn, wholeAndRight } from './verdict.ts';
import { until } from './world.ts';

const FINE: Weather = {};
/** The longest a publish may take to be acknowledged or refused, on a busy machine. */
const PUBLISH_MS = 32_000;

type Spoil = (network: NetworkProxy) => void;
const both = (weather: Weather): [string, Spoil][] => [
  ['there', (network) => network.weather(weather, FINE)],
  ['back', (network) => network.weather(FINE, weather)],
];
const KINDS: Record<string, [string, Spoil][]> = {
  'black hole': both({ hold: true }),
  '2 s late': both({ delayMs: 2000 }),
  '1 kB/s': both({ bytesPerSecond: 1024 }),
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
    const stream = world.remoteStream();
    const rates = encodedRates(5000);
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
        const done = await world.attempt(next, stream);
        slowest = Math.max(slowest, Math.round(performance.now() - began));
        if (done) return;
        await pause(100);
      }
    };
    await publishOver();
    await world.drained();
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
          network.mend();
          const took = await until(`reading after ${kind} ${way} ${link}`, 120_000, async () => {
            await publishing;
            return (await world.stored()) === published;
          });
          if (took > recovered_ms) where = `${kind}, ${way}, ${link}`;
          recovered_ms = Math.max(recovered_ms, took);
        }
      }
    }
    await world.drained();
    const verdict = await verdictOn(world.query, rates.slice(0, published));
    const letters = await lettersKept(world.query);
    return {
      attempted: published,
      acked: published,
      ...verdict,
      recovered_ms,
      also: { slowest_publish_ms: slowest, worst_link: where, letters },
      must: {
        ...wholeAndRight(verdict),
        'no dead letters': letters === 0,
        'reading again within 20 s': recovered_ms <= 20_000,
        'every publish ends by its deadline': slowest <= PUBLISH_MS,
      },
    };
  },
};
