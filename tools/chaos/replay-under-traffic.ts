import { setTimeout as pause } from 'node:timers/promises';
import { BOTH, type ChaosCase } from './case.ts';
import { makeRates } from './encoded-rates.ts';
import { digestTables } from './tables.ts';
import { compareTables, promiseIntact } from './verdict.ts';
import { waitFor } from './world.ts';

const FROM = ['--from', '2020-01-01', '--json', '--quiet'];

/** Two replays at once, one of them killed, beside a live group. */
export const replayUnderTraffic: ChaosCase = {
  name: 'replay-under-traffic',
  what: 'two replays at once under live traffic, one killed; then a third and a rebuild',
  on: BOTH,
  together: true,
  run: async (world, full) => {
    const count = full ? 99_960 : 7000;
    const history = makeRates(count);
    // The night slot of the same days: newer than the history, which must not replace it.
    const live = makeRates(2 * 7 * (full ? 600 : 100), { slots: 2 }).filter(({ mid }) =>
      mid.endsWith('.23'),
    );
    for (let at = 0; at < history.length; at += 2000)
      await world.publish(history.slice(at, at + 2000));
    world.run('consumer');
    await world.waitUntilDrained(180_000);
    await world.query("delete from rate_observations where quote_currency in ('KES', 'XOF')");
    await world.query("delete from daily_rates where quote_currency in ('KES', 'XOF')");

    let published = 0;
    let over = false;
    const lags: number[] = [];
    const traffic = (async () => {
      while (!over && published < live.length) {
        const next = live.slice(published, published + 7);
        const began = performance.now();
        await world.publish(next);
        published += next.length;
        const ids = next.map(({ event_id }) => event_id);
        await waitFor(
          'a live pull',
          60_000,
          async () =>
            (await world.query('select from rate_observations where event_id = any(?)', [ids]))
              .length === ids.length,
        );
        lags.push(performance.now() - began);
        await pause(100);
      }
    })();
    const groupBefore = await world.stream.positions(world.topic, world.group);
    const began = performance.now();
    const victim = world.run('replay', { FX_FAILPOINT: `mid-replay:${full ? 4 : 2}` }, FROM);
    const other = world.run('replay', {}, FROM);
    const died = (await victim.exited) === null;
    const resumed = world.run('replay', {}, FROM);
    const codes = await Promise.all([other.exited, resumed.exited]);
    const recovered_ms = Math.round(performance.now() - began);
    over = true;
    await traffic;
    await world.waitUntilDrained();
    const verdict = await compareTables(world.query, [...history, ...live.slice(0, published)]);
    const digest = await digestTables(world.query);
    const groupAfter = await world.stream.positions(world.topic, world.group);
    const back = groupAfter.some(
      ({ committed }, n) => BigInt(committed ?? 0) < BigInt(groupBefore[n]?.committed ?? 0),
    );
    const third = world.run('replay', {}, FROM);
    const rebuilt =
      (await third.exited) === 0
        ? world.run('replay', {}, ['--rebuild', '--json', '--quiet'])
        : third;
    const digestAgain = await digestTables(world.query);
    const rebuiltCode = await rebuilt.exited;
    const digestRebuilt = await digestTables(world.query);
    const p99 = Math.round([...lags].sort((a, b) => a - b)[Math.floor(lags.length * 0.99)] ?? 0);
    const report = JSON.parse(resumed.output() || '{}') as Record<string, number>;
    return {
      attempted: count + published,
      acked: count + published,
      ...verdict,
      recovered_ms,
      also: {
        live_pulls: lags.length,
        live_lag_p99_ms: p99,
        replayed: report['read'] ?? 0,
        unchanged: report['unchanged'] ?? 0,
        sha256: digest,
      },
      must: {
        ...promiseIntact(verdict),
        'one replay died in the middle': died,
        'the replays end well': codes.every((code) => code === 0) && rebuiltCode === 0,
        'bit-identical after one more replay': digestAgain === digest,
        'bit-identical after a rebuild': digestRebuilt === digest,
        'live lag p99 within 5 s': lags.length > 0 && p99 <= 5000,
        'the live group is not sent back': !back,
      },
    };
  },
};
