import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'chai';
import { replay } from '../../consumer/corrections.ts';
import { type Database, openDatabase } from '../../platform/database.ts';
import { migrate } from '../../platform/migrate.ts';
import { openNotifications } from '../../platform/notifications.ts';
import { openKafkaStream } from '../../stream/kafka/stream.ts';
import type { EventStream } from '../../stream/port.ts';
import { openPostgresStream } from '../../stream/postgres/stream.ts';
import { brokerMissing, sharedBroker } from '../support/broker.ts';
import { eventually } from '../support/eventually.ts';
import { makeRate, makeRecord } from '../support/make-rate.ts';
import { startTestConsumer } from '../support/pipeline.ts';
import { startToolServer, type ToolServer, toolsFolder } from '../support/postgres-tools.ts';
import { quiet } from '../support/quiet.ts';
import { skipWithout } from '../support/requirements.ts';

const ENDINGS: { close(): Promise<unknown> }[] = [];

/** Follows docs/backup.md: pg_dump, pg_restore, and a replay of what came since the dump. */
describe('a database restored from a dump', function () {
  this.timeout(120_000);
  let server: ToolServer;
  before(async function () {
    const tools = toolsFolder();
    skipWithout(
      this,
      'dump and restore',
      tools ? null : 'no Postgres with pg_dump (Debian: postgresql)',
    );
    server = await startToolServer(tools as string);
  });
  afterEach(async () => {
    for (const { close } of ENDINGS.splice(0).reverse()) await close();
  });
  after(() => server?.stop());

  const open = (url: string) => {
    const db = openDatabase({ url, name: 'test' });
    ENDINGS.push({ close: () => db.destroy() });
    return db;
  };
  const live = async (name: string) => {
    const url = await server.database(name);
    await migrate(url, quiet);
    return { url, db: open(url) };
  };
  /** As docs/backup.md says it, with the same switches. */
  const dump = (url: string, name: string) =>
    server.tool('pg_dump', [
      '--format=custom',
      '--no-owner',
      `--file=${join(server.dir, name)}`,
      url,
    ]);
  const restored = async (name: string) => {
    const url = await server.database(`${name}_restored`);
    await server.tool('pg_restore', [
      '--no-owner',
      '--exit-on-error',
      `--dbname=${url}`,
      join(server.dir, name),
    ]);
    const db = open(url);
    await db.raw('update rate_observations set stored_by = default');
    return { url, db };
  };
  const consuming = (of: { url: string; db: Database; stream: EventStream; topic: string }) => {
    const notifications = openNotifications({ url: of.url, log: quiet });
    const settings = { TOPIC: of.topic, CONSUMER_GROUP: of.topic };
    const consumer = startTestConsumer({ ...of, notifications }, settings);
    const ending = {
      close: async () => {
        await consumer.stop();
        await notifications.stop();
      },
    };
    ENDINGS.push(ending);
    return { ...consumer, stop: () => consumer.stop() };
  };
  const rates = (run: string) =>
    ['KES', 'NGN', 'GHS'].map((currency, n) =>
      makeRecord(
        makeRate(currency, `${n + 1}.25`, {
          run_id: run,
          observed_at: `2026-11-2${run.length}T00:00:00.000Z`,
        }),
      ),
    );
  /** What an event says, in both tables: nothing that the storing adds. */
  const tables = async (db: Database) => {
    const columns =
      'event_id, run_id, source, base_currency, quote_currency, mid, observed_at, fetched_at';
    const [all, days] = await Promise.all([
      db.raw(`select ${columns} from rate_observations order by event_id`),
      db.raw(
        `select rate_date, quote_currency, mid, event_id from daily_rates
         order by rate_date, quote_currency`,
      ),
    ]);
    return { observations: all.rows, days: days.rows };
  };
  const holds = (db: Database, count: number) =>
    eventually(async () => expect((await tables(db)).observations).to.have.length(count));

  it('restores and replays from Kafka past the committed offsets of the group', async function () {
    skipWithout(this, 'restore with the events on Kafka', brokerMissing());
    const { brokers } = await sharedBroker();
    const topic = `backup.${randomUUID()}`;
    const settings = { brokers, ssl: false, sasl: null, clientId: 'test' };
    const stream = openKafkaStream({ settings, log: quiet });
    ENDINGS.push(stream);
    const before = await live('on_kafka');
    const consumer = consuming({ ...before, stream, topic });
    await stream.createTopic({ topic, partitions: 3, replication: 1 });
    await stream.publish(topic, rates('a'));
    await holds(before.db, 3);
    await before
      .db('runs')
      .insert({ source: 'simulator', trigger: 'manual', state: 'confirmed', currencies: ['KES'] });
    const from = new Date().toISOString();
    await dump(before.url, 'on_kafka');
    await stream.publish(topic, rates('ab'));
    await holds(before.db, 6);
    await consumer.stop();

    const after = await restored('on_kafka');
    expect((await tables(after.db)).observations).to.have.length(3);
    expect(await after.db('runs').select('trigger', 'state')).to.deep.equal([
      { trigger: 'manual', state: 'confirmed' },
    ]);
    const again = consuming({ ...after, stream, topic });
    await eventually(async () =>
      expect(await again.health()).to.deep.include({ trouble: null, lag: '0' }),
    );
    expect(
      (await tables(after.db)).observations,
      'what the group has read past does not come by itself',
    ).to.have.length(3);

    const deps = { db: after.db, stream, topic, schemaOf: () => Promise.resolve(null), log: quiet };
    expect(await replay(deps, { from })).to.include({ read: 3, inserted: 3, dead: 0 });
    expect(await tables(after.db)).to.deep.equal(await tables(before.db));
    expect(await replay(deps, {})).to.include({ read: 6, inserted: 0, unchanged: 6 });
  });

  it('restores the embedded stream with the dump, and goes on without a gap', async () => {
    const topic = 'fx.rates.v1';
    const before = await live('embedded');
    const first = openPostgresStream({ ...before, log: quiet });
    ENDINGS.push(first);
    const consumer = consuming({ ...before, stream: first, topic });
    await first.createTopic({ topic, partitions: 3, replication: 1 });
    await first.publish(topic, rates('a'));
    await holds(before.db, 3);
    await dump(before.url, 'embedded');
    await first.publish(topic, rates('ab'));
    await holds(before.db, 6);
    await consumer.stop();

    const after = await restored('embedded');
    const stream = openPostgresStream({ ...after, log: quiet });
    ENDINGS.push(stream);
    const deps = { db: after.db, stream, topic, schemaOf: () => Promise.resolve(null), log: quiet };
    expect(await replay(deps, {}), 'the events since are gone with the old database').to.include({
      read: 3,
      inserted: 0,
    });
    consuming({ ...after, stream, topic });
    await stream.publish(topic, rates('abc'));
    await holds(after.db, 6);
    const ends = (await stream.positions(topic, topic)).map(({ high }) => BigInt(high));
    expect(ends.reduce((sum, high) => sum + high, 0n)).to.equal(6n);
  });
});
