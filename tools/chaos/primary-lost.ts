import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { openDatabase } from '../../platform/database.ts';
import { ensureServerUser } from '../../platform/embedded-postgres/cluster.ts';
import { migrate } from '../../platform/migrate.ts';
import { openPostgresStream } from '../../stream/postgres/stream.ts';
import { openEventStream } from '../../test/support/event-source.ts';
import { startToolServer, toolsFolder } from '../../test/support/postgres-tools.ts';
import { freePort } from '../../test/support/process.ts';
import { startProxy } from '../../test/support/proxy.ts';
import { quiet } from '../../test/support/quiet.ts';
import { BOTH, type ChaosCase } from './case.ts';
import { makeRates } from './encoded-rates.ts';
import { compareTables, countDeadLetters, promiseIntact } from './verdict.ts';
import { type Query, type World, waitFor } from './world.ts';

const MINUTE = 60_000;

/** The primary dies under load; its synchronous standby is promoted behind the same address. */
export const primaryLost: ChaosCase = {
  name: 'primary-lost',
  what: 'the primary of Postgres is killed under load, and its standby promoted in its place',
  on: BOTH,
  missing: () => (toolsFolder() ? null : 'no Postgres with pg_basebackup (Debian: postgresql)'),
  run: async (world, full) => {
    const pair = await startPair();
    const db = openDatabase({ url: pair.url, name: 'chaos', deadlines: 'none' });
    const loadDb = openDatabase({ url: pair.url, name: 'load' });
    const query: Query = async (sql, values) => (await db.raw(sql, (values ?? []) as never)).rows;
    try {
      await migrate(pair.url, quiet);
      const stream =
        world.on === 'kafka'
          ? world.stream
          : openPostgresStream({ db: loadDb, url: pair.url, log: quiet });
      await stream.createTopic({ topic: world.topic, partitions: 3, replication: 1 });
      await pair.replicateSynchronously();
      const countStored = async () =>
        Number((await query<{ n: string }>('select count(*) as n from rate_observations'))[0]?.n);
      world.run('consumer', { DATABASE_URL: pair.url });
      const api = await followApi(world, pair.url);
      const rates = makeRates(20_000);
      let published = 0;
      let repeated = 0;
      let over = false;
      const load = (async () => {
        for (; !over && published < rates.length; await pause(50)) {
          const next = rates.slice(published, published + 20);
          repeated += (await world.publish(next, stream)) - 1;
          published += next.length;
        }
      })();
      await waitFor('events are stored', MINUTE, async () => (await countStored()) > 100);
      await waitFor('the event stream', MINUTE, () => api.received() > 0);
      await pause(full ? 5000 : 1000);
      pair.killPrimary();
      await waitFor('the API says that Postgres is gone', MINUTE, () => api.refused() > 0);
      await pause(full ? 15_000 : 3000);
      const stored = await pair.promote();
      const heard = api.received();
      const answered = api.answered();
      const recovered_ms = await waitFor('events are stored again', MINUTE, async () => {
        return (await countStored()) > stored;
      });
      const read_ms = await waitFor('the API reads', MINUTE, () => api.answered() > answered);
      const sse_ms = await waitFor(
        'the event stream goes on',
        MINUTE,
        () => api.received() > heard,
      );
      over = true;
      await load;
      await waitFor('everything is stored', MINUTE, async () => (await countStored()) >= published);
      api.stop();
      const verdict = await compareTables(query, rates.slice(0, published));
      const letters = await countDeadLetters(query);
      return {
        attempted: published,
        acked: published,
        ...verdict,
        recovered_ms,
        also: { read_ms, sse_ms, refused_503: api.refused(), repeated, letters },
        must: {
          ...promiseIntact(verdict),
          'no dead letters': letters === 0,
          'the API says 503 with Retry-After meanwhile, and nothing else': api.wrong() === 0,
          'stored again within 30 s': recovered_ms <= 30_000,
          'reads and events go on within 30 s': read_ms + sse_ms <= 30_000,
        },
      };
    } finally {
      await Promise.all([db.destroy(), loadDb.destroy()]);
      await pair.stop();
    }
  },
};

/** Reads rates and follows events over HTTP, as clients do: a stream that ends is resumed. */
async function followApi(world: World, url: string) {
  const port = await freePort();
  const api = `http://127.0.0.1:${port}`;
  world.run('api', { PORT: String(port), DATABASE_URL: url });
  const counts = { answered: 0, refused: 0, wrong: 0, received: 0 };
  let over = false;
  const isUp = () => fetch(`${api}/livez`).then(({ ok }) => ok);
  await waitFor('the API', MINUTE, isUp);
  const read = async () => {
    for (let n = 0; !over; n++) {
      // Days differ, so that no response is a cached one.
      const day = new Date(Date.UTC(1990, 0, 1 + (n % 20_000))).toISOString().slice(0, 10);
      const response = await fetch(`${api}/v2/rates?date=${day}`, {
        signal: AbortSignal.timeout(15_000),
      }).catch(() => null);
      await response?.text();
      const status = response?.status ?? 0;
      if (status === 200 || status === 404) counts.answered++;
      else if (status === 503 && response?.headers.has('retry-after')) counts.refused++;
      else counts.wrong++;
      await pause(100);
    }
  };
  const follow = async () => {
    let last: string | undefined;
    while (!over) {
      const source = openEventStream(`${api}/v2/events`, last);
      for (let seen = 0; !over && source.isOpen(); await pause(100)) {
        counts.received += source.events.length - seen;
        seen = source.events.length;
      }
      last = source.events.at(-1)?.id ?? last;
      source.leave();
      await pause(500);
    }
  };
  void read();
  void follow();
  return {
    answered: () => counts.answered,
    refused: () => counts.refused,
    wrong: () => counts.wrong,
    received: () => counts.received,
    stop: () => {
      over = true;
    },
  };
}

/** A primary and a standby by pg_basebackup, reached at one address that follows the promotion. */
async function startPair() {
  const bin = toolsFolder() as string;
  const primary = await startToolServer(bin);
  const database = await primary.database('pair');
  const target = { host: '127.0.0.1', port: Number(new URL(database).port) };
  const proxy = await startProxy(target);
  const url = database.replace(`:${target.port}/`, `:${proxy.port}/`);
  const data = join(primary.dir, 'standby');
  const user = { ...ensureServerUser(), cwd: '/' };
  const copy = ['-D', data, '-d', primary.adminUrl, '-X', 'stream', '-R'];
  await promisify(execFile)(join(bin, 'pg_basebackup'), copy, user);
  const port = await freePort();
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'];
  const standby = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    { ...user, stdio: 'ignore' },
  );
  const on = async (at: number, sql: string) => {
    const client = new pg.Client({ connectionString: `postgres://fx@127.0.0.1:${at}/pair` });
    client.on('error', () => {});
    await client.connect();
    return client.query(sql).finally(() => client.end());
  };
  const isReplicating = async () =>
    (await on(target.port, "select from pg_stat_replication where state = 'streaming'")).rowCount;
  await waitFor('the standby', MINUTE, async () => (await isReplicating()) === 1);
  return {
    url,
    /** From now on what is acknowledged is on both. */
    replicateSynchronously: async () => {
      await on(target.port, "alter system set synchronous_standby_names = '*'");
      await on(target.port, 'select pg_reload_conf()');
    },
    killPrimary: () => primary.kill(),
    /** Makes the standby the primary, and returns how many events it has. */
    promote: async () => {
      await on(port, 'select pg_promote()');
      const { rows } = await on(port, 'select count(*)::int as n from rate_observations');
      target.port = port;
      return rows[0].n as number;
    },
    stop: async () => {
      await proxy.stop();
      const exited = new Promise((resolve) => standby.once('exit', resolve));
      standby.kill('SIGINT');
      await exited;
      await primary.stop();
    },
  };
}
