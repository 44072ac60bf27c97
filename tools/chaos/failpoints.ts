import type { Failpoint } from '../../platform/failpoint.ts';
import { BOTH, type ChaosCase } from './case.ts';
import { encodeRecord, makeRates } from './encoded-rates.ts';
import { compareTables, promiseIntact } from './verdict.ts';

const POINTS: readonly Failpoint[] = [
  'before-decode',
  'after-decode',
  'before-save',
  'after-save',
  'before-offset-commit',
  'after-offset-commit',
  'before-dead-letter',
  'between-dead-letters',
  'after-dead-letter',
];

/** Death between two steps that must not be torn, at each of them. */
export const failpoints: ChaosCase = {
  name: 'failpoints',
  what: 'the consumer, and a replay, die at every marked point between two steps',
  on: BOTH,
  together: true,
  run: async (world, full) => {
    const times = full ? 3 : 1;
    const perDeath = 70;
    const rates = makeRates(POINTS.length * times * perDeath);
    let deaths = 0;
    let letters = 0;
    for (const [n, point] of POINTS.flatMap((one) =>
      Array.from({ length: times }, () => one),
    ).entries()) {
      const next = rates.slice(n * perDeath, (n + 1) * perDeath);
      const poison = { key: 'USD-KES', value: Buffer.from(`poison ${n}`) };
      await world.publishRecords([...next.map((rate) => encodeRecord(rate)), poison]);
      letters++;
      const victim = world.run('consumer', { FX_FAILPOINT: point });
      if ((await victim.exited) === null) deaths++;
    }
    const read = world.run('consumer');
    const recovered_ms = await world.waitUntilDrained();
    read.kill('SIGTERM');
    await read.exited;
    for (let n = 0; n < times; n++) {
      const replay = world.run('replay', { FX_FAILPOINT: `mid-replay:${n + 1}` }, [
        '--from',
        '2020-01-01',
        '--quiet',
      ]);
      if ((await replay.exited) === null) deaths++;
    }
    const whole = world.run('replay', {}, ['--from', '2020-01-01', '--quiet']);
    const replayed = await whole.exited;
    const verdict = await compareTables(world.query, rates);
    // A publish that was repeated may have written a poison twice, as two records.
    const kept = await world.query<{ letters: string }>(
      'select count(distinct value) as letters from dead_letters',
    );
    const expected = (POINTS.length + 1) * times;
    return {
      attempted: rates.length,
      acked: rates.length,
      ...verdict,
      recovered_ms,
      also: { deaths, letters: Number(kept[0]?.letters) },
      must: {
        ...promiseIntact(verdict),
        'died at every point': deaths === expected,
        'one letter for each poison': Number(kept[0]?.letters) === letters,
        'drained within 30 s': recovered_ms <= 30_000,
        'a replay can be killed and run again': replayed === 0,
      },
    };
  },
};
