import { setTimeout as pause } from 'node:timers/promises';
import { BOTH, type ChaosCase } from './case.ts';
import { makeRates } from './encoded-rates.ts';
import { compareTables, countDeadLetters, promiseIntact } from './verdict.ts';
import { waitFor } from './world.ts';

/** Postgres dies, or ends every session, while rows are written: an outage, never a dead letter. */
export const postgresKilled: ChaosCase = {
  name: 'postgres-killed',
  what: 'Postgres is killed, and all its sessions are terminated, within transactions',
  on: BOTH,
  run: async (world, full) => {
    const rounds = full ? 20 : 2;
    const rates = makeRates((rounds * 2 + 1) * 140);
    let published = 0;
    const publishSome = async () => {
      const next = rates.slice(published, published + 140);
      await world.publish(next);
      published += next.length;
    };
    const birth = async () =>
      (await world.query<{ at: string }>('select pg_postmaster_start_time() as at'))[0]?.at;
    world.run('consumer');
    await publishSome();
    await world.waitUntilDrained();
    let recovered_ms = 0;
    for (let round = 0; round < rounds; round++) {
      for (const how of ['terminate', 'kill'] as const) {
        const flowing = publishSome();
        await pause(world.random() * 300);
        const before = await birth();
        if (how === 'kill') world.servers.postgres.kill();
        else
          await world
            .query(
              `select pg_terminate_backend(pid) from pg_stat_activity
               where datname = current_database() and pid <> pg_backend_pid()`,
            )
            .catch(() => undefined);
        // Sessions of a dead server may still answer for a moment.
        await waitFor(
          'Postgres is back',
          60_000,
          async () => how === 'terminate' || (await birth()) !== before,
        );
        await flowing;
        recovered_ms = Math.max(
          recovered_ms,
          await waitFor(
            'everything is stored',
            60_000,
            async () => (await world.countStored()) === published,
          ),
        );
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
      also: { kills: rounds, terminations: rounds, letters },
      must: {
        ...promiseIntact(verdict),
        'no dead letters': letters === 0,
        'stored again within 5 s': recovered_ms <= 5000,
      },
    };
  },
};
