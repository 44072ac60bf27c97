import { setTimeout as pause } from 'node:timers/promises';
import { command } from '../../test/support/process.ts';
import { type BenchCase, growthExponent, measure, peakMegabytes } from './case.ts';
import { publishHistory } from './history.ts';
import { type KafkaStage, kafkaStage, type StageDatabase } from './kafka-stage.ts';

/** `npm run replay` over growing histories: how time and memory grow. Linux only. */
export const replay: BenchCase = {
  name: 'replay',
  about: 'replays of 1 M, 3 M and 10 M events into empty tables, and of 3 M that are there already',
  run: async ({ quick, say }) => {
    const sizes = quick ? [30_000, 100_000, 300_000] : [1_000_000, 3_000_000, 10_000_000];
    const stage = await kafkaStage();
    try {
      const ends = await publishInParts(stage, sizes, say);
      const [small, middle, large] = ends as [End, End, End];
      const replayInto = replayOn(stage);
      const empty = await stage.database();
      const starts: number[] = [];
      for (let n = 0; n < 3; n++)
        starts.push((await replayInto(empty, { events: 0, to: '2020-01-01T00:00:00Z' })).took);
      const seconds = ({ took }: Replayed) => took - Math.min(...starts);
      say(`${small.events} events`);
      const first = await replayInto(await stage.database(), small);
      const database = await stage.database();
      say(`${middle.events} events, twice`);
      const second = await replayInto(database, middle);
      const again = await replayInto(database, middle);
      say(`${large.events} events`);
      const third = await replayInto(await stage.database(), large);
      const inserting = [first, second, third];
      return {
        figures: {
          exponent: growthExponent(
            ends.map(({ events }, n) => [events, seconds(inserting[n] as Replayed)]),
          ),
          highest_rss_mb: Math.max(...[...inserting, again].map(({ rss }) => rss)),
          unchanged_per_s: middle.events / seconds(again),
          inserted_per_s: middle.events / seconds(second),
          longest_rss_mb: third.rss,
          shortest_rss_mb: first.rss,
          shortest_s: seconds(first),
          middle_s: seconds(second),
          longest_s: seconds(third),
        },
        bounds: [
          { figure: 'exponent', atMost: 1.04 },
          { figure: 'highest_rss_mb', atMost: 300 },
          { figure: 'longest_rss_mb', beside: 'shortest_rss_mb', atMost: 1.2 },
          { figure: 'unchanged_per_s', beside: 'inserted_per_s', atLeast: 2 },
        ],
        must: {
          'every event is stored': inserting.every(
            ({ report }, n) => report['inserted'] === ends[n]?.events,
          ),
          'the second time changes nothing': again.report['unchanged'] === middle.events,
        },
      };
    } finally {
      await stage.leave();
    }
  },
};

/** How many events had been appended by an instant. */
interface End {
  events: number;
  to: string;
}
interface Replayed {
  took: number;
  /** The most memory that the process had, in MB. */
  rss: number;
  report: Record<string, number>;
}

async function publishInParts(
  stage: KafkaStage,
  sizes: readonly number[],
  say: (text: string) => void,
): Promise<End[]> {
  const ends: End[] = [];
  for (const [n, events] of sizes.entries()) {
    say(`publishing up to ${events} events`);
    await publishHistory(stage, { from: sizes[n - 1] ?? 0, to: events, schemaId: stage.schemaId });
    await pause(10);
    ends.push({ events, to: new Date().toISOString() });
    await pause(10);
  }
  return ends;
}

function replayOn(stage: KafkaStage) {
  return async ({ url }: StageDatabase, { to }: End): Promise<Replayed> => {
    let rss = 0;
    const [took, output] = await measure(async () => {
      const started = command('replay', stage.settings(url, 'none'), [
        '--from',
        '2000-01-01',
        '--to',
        to,
        '--json',
        '--quiet',
      ]);
      const watch = setInterval(() => (rss = Math.max(rss, peakMegabytes(started.pid))), 100);
      const code = await started.exited;
      clearInterval(watch);
      if (code !== 0) throw new Error(started.output());
      return started.output();
    });
    return { took, rss, report: JSON.parse(output) };
  };
}
