import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openDatabase } from '../../platform/database.ts';
import { joinEmbeddedPostgres } from '../../platform/embedded-postgres/join.ts';
import { isAlive } from '../../platform/embedded-postgres/server.ts';
import { migrate } from '../../platform/migrate.ts';
import { openKafkaStream } from '../../stream/kafka/stream.ts';
import type { EventStream } from '../../stream/port.ts';
import { openPostgresStream } from '../../stream/postgres/stream.ts';
import { type KafkaNode, startKafka } from '../../test/support/kafka-server.ts';
import { freePort, get } from '../../test/support/process.ts';
import { quiet } from '../../test/support/quiet.ts';
import { BOTH, type ChaosCase } from './case.ts';
import { makeRates } from './encoded-rates.ts';
import { compareTables, countDeadLetters, promiseIntact } from './verdict.ts';
import { type Query, type World, waitFor } from './world.ts';

const MINUTE = 60_000;
const DISK_MB = 320;
const BACKLOG = 2800;

/**
 * The small disks of Postgres, of DATA_DIR and of the stream fill up, and have space again later.
 */
export const diskFull: ChaosCase = {
  name: 'disk-full',
  what: 'the disks of Postgres, of DATA_DIR and of the stream are full for a while',
  on: BOTH,
  missing: () => {
    try {
      mountDisk(1).remove();
      return null;
    } catch {
      return 'only root can mount a disk of its own';
    }
  },
  run: async (world, full) => {
    const disk = mountDisk(DISK_MB);
    // A broker on a full disk ends; a consumer that cannot read would not meet the other one.
    const brokerDisk = mountDisk(DISK_MB);
    const dataDir = join(disk.dir, 'data');
    const postgres = await joinEmbeddedPostgres({ dataDir, log: quiet });
    const db = openDatabase({ url: postgres.url, name: 'chaos' });
    const broker = world.on === 'kafka' ? await superviseBroker(brokerDisk.dir) : null;
    const settings = { DATABASE_URL: '', DATA_DIR: dataDir, ...broker?.settings };
    const stream = broker?.stream ?? openPostgresStream({ db, url: postgres.url, log: quiet });
    const query: Query = async (sql, values) => (await db.raw(sql, (values ?? []) as never)).rows;
    try {
      await migrate(postgres.url, quiet);
      await stream.createTopic({ topic: world.topic, partitions: 3, replication: 1 });
      const rates = makeRates(20_000);
      let published = BACKLOG;
      let repeated = 0;
      for (let at = 0; at < BACKLOG; at += 140)
        await world.publish(rates.slice(at, at + 140), stream);
      const [metrics, port] = [await freePort(), await freePort()];
      world.run('api', { ...settings, PORT: String(port) });
      const read = async () =>
        (await get(`http://127.0.0.1:${port}/v1/rates?currency=KES`))?.status === 200;
      await waitFor('the API', MINUTE, read);

      disk.fill();
      world.run('consumer', { ...settings, METRICS_PORT: String(metrics) });
      const health = async () =>
        (await get<{ code?: string }>(`http://127.0.0.1:${metrics}/readyz`))?.data.code;
      const named_ms = await waitFor(
        'a full disk in the health of the consumer',
        MINUTE,
        async () => {
          return (await health()) === 'disk_full';
        },
      );
      brokerDisk.fill();
      let over = false;
      const load = (async () => {
        while (!over && published < rates.length) {
          const next = rates.slice(published, published + 140);
          repeated += (await world.publish(next, stream)) - 1;
          published += next.length;
          await pause(50);
        }
      })();
      await pause(full ? 30_000 : 5000);
      const byDoctor = await diagnose(world, settings);
      const readMeanwhile = await read();

      disk.free();
      brokerDisk.free();
      const freed = performance.now();
      await waitFor('events are published again', MINUTE, () => published > BACKLOG);
      over = true;
      await load;
      await waitFor('everything is stored', MINUTE, async () => {
        const [row] = await query<{ n: string }>('select count(*) as n from rate_observations');
        return Number(row?.n) >= published;
      });
      const recovered_ms = Math.round(performance.now() - freed);
      const verdict = await compareTables(query, rates.slice(0, published));
      const letters = await countDeadLetters(query);
      const onStream = await countDistinct(stream, world.topic);
      return {
        attempted: published,
        acked: published,
        ...verdict,
        recovered_ms,
        also: {
          named_ms,
          repeated,
          letters,
          on_stream: onStream,
          restarts: broker?.restarts() ?? 0,
        },
        must: {
          ...promiseIntact(verdict),
          'no dead letters': letters === 0,
          'every event is on the stream': onStream === published,
          'the doctor names the full disk': byDoctor.includes('disk_full'),
          'reads go on meanwhile': readMeanwhile,
          'recovered within 30 s': recovered_ms <= 30_000,
        },
      };
    } finally {
      disk.free();
      brokerDisk.free();
      await broker?.stop();
      await db.destroy();
      await world.endProcesses();
      await postgres.leave();
      disk.remove();
      brokerDisk.remove();
    }
  },
};

/** The codes of what the doctor finds. */
async function diagnose(world: World, settings: Record<string, string>): Promise<string[]> {
  const doctor = world.run('doctor', settings, ['--json', '--quiet']);
  await doctor.exited;
  const { problems } = JSON.parse(doctor.output()) as { problems: { code: string }[] };
  return problems.map(({ code }) => code);
}

/** Different values on the topic: a repeated publish may have written one twice. */
async function countDistinct(stream: EventStream, topic: string): Promise<number> {
  const values = new Set<string>();
  for await (const records of stream.read({ topic }))
    for (const { value } of records) values.add(String(value?.toString('base64')));
  return values.size;
}

/** A broker with its log on that disk, which is started again whenever it has died. */
async function superviseBroker(parent: string) {
  const [node] = (await startKafka({ parent })) as [KafkaNode];
  let restarts = 0;
  let over = false;
  const supervising = (async () => {
    for (; !over; await pause(1000)) {
      if (isAlive(node.pid())) continue;
      restarts++;
      await node.start();
    }
  })();
  const brokers = [`127.0.0.1:${node.port}`];
  const stream = openKafkaStream({
    settings: { brokers, ssl: false, sasl: null, clientId: 'chaos' },
    log: quiet,
  });
  return {
    stream,
    settings: { KAFKA_BROKERS: brokers.join(), SCHEMA_REGISTRY_URL: '' },
    restarts: () => restarts,
    stop: async () => {
      over = true;
      await supervising;
      await stream.close();
      await node.stop();
    },
  };
}

/** A file system of its own that `fill` leaves without a single free page. */
function mountDisk(megabytes: number) {
  const dir = mkdtempSync(join(tmpdir(), 'fx-disk-'));
  const ballast = join(dir, 'ballast');
  try {
    const options = `size=${megabytes}m,mode=0755`;
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', dir], { stdio: 'pipe' });
  } catch (err) {
    rmSync(dir, { recursive: true });
    throw err;
  }
  return {
    dir,
    fill: () => {
      const file = openSync(ballast, 'a');
      for (const bytes of [1 << 20, 4096]) {
        try {
          for (;;) writeSync(file, Buffer.alloc(bytes));
        } catch {
          // No space left for one more of this size.
        }
      }
      closeSync(file);
    },
    free: () => rmSync(ballast, { force: true }),
    remove: () => {
      execFileSync('umount', ['-l', dir], { stdio: 'pipe' });
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
