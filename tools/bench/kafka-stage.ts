import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { RATE_OBSERVED_SCHEMA } from '../../events/rate-observed.ts';
import { joinEmbeddedPostgres } from '../../platform/embedded-postgres/join.ts';
import { migrate } from '../../platform/migrate.ts';
import { openKafkaStream } from '../../stream/kafka/stream.ts';
import { openSchemaRegistry } from '../../stream/schema-registry.ts';
import { javaMissing, sharedBroker } from '../../test/support/broker.ts';
import { dataDir } from '../../test/support/process.ts';
import { quiet } from '../../test/support/quiet.ts';
import { lastIds } from './history.ts';

const STUCK_MS = 90_000;

/** Setup of the Kafka cases: a broker, a topic of three partitions, Postgres with fsync. */
export type KafkaStage = Awaited<ReturnType<typeof kafkaStage>>;

export async function kafkaStage() {
  const missing = javaMissing();
  if (missing) throw new Error(`the cases on Kafka want a broker: ${missing}`);
  const { brokers, registryUrl } = await sharedBroker();
  const topic = `bench.${randomBytes(4).toString('hex')}`;
  const settings = { brokers, ssl: false, sasl: null, clientId: 'bench' };
  const stream = openKafkaStream({ settings, log: quiet });
  await stream.createTopic({ topic, partitions: 3, replication: 1 });
  const schemaId = await openSchemaRegistry(registryUrl).register(
    `${topic}-value`,
    RATE_OBSERVED_SCHEMA,
  );
  const data = dataDir();
  const postgres = await joinEmbeddedPostgres({ dataDir: data.dir, log: quiet });

  return {
    brokers,
    registryUrl,
    topic,
    stream,
    schemaId,
    /** An empty migrated database and a connection; earlier writes are flushed first. */
    async database() {
      const name = `bench_${randomBytes(4).toString('hex')}`;
      await withClient(postgres.url, (client) => client.query(`create database ${name}`));
      const url = postgres.url.replace(/\/[^/]*$/, `/${name}`);
      await migrate(url, quiet);
      await withClient(url, (client) => client.query('checkpoint'));
      return {
        url,
        query: <Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []) =>
          queryOn<Row>(url, sql, values),
      };
    },
    /** The settings of a process of ours on this stage. */
    settings: (url: string, group: string) => ({
      DATABASE_URL: url,
      KAFKA_BROKERS: brokers.join(','),
      SCHEMA_REGISTRY_URL: registryUrl,
      TOPIC: topic,
      CONSUMER_GROUP: group,
      LOG_LEVEL: 'warn',
    }),
    async leave() {
      await stream.close();
      await postgres.leave();
      data.remove();
    },
  };
}

export type StageDatabase = Awaited<ReturnType<KafkaStage['database']>>;

function queryOn<Row extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: unknown[],
): Promise<Row[]> {
  return withClient(url, async (client) => (await client.query<Row>(sql, values)).rows);
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/**
 * Rows per second by the rows' own times, without program start or polling: from the first
 * transaction up to the last, which only ends the time.
 */
export async function rowsPerSecond(
  { query }: Pick<StageDatabase, 'query'>,
  table: string,
): Promise<number> {
  const [row] = await query<{ rows: string; seconds: string }>(
    `select count(*) filter (where stored_at < last) as rows,
            extract(epoch from max(last) - min(stored_at)) as seconds
     from ${table}, (select max(stored_at) as last from ${table}) ends`,
  );
  return Number(row?.rows) / Number(row?.seconds);
}

/** Waits until the last event of each currency is stored; gives up when nothing moves. */
export async function untilStored(
  { query }: Pick<StageDatabase, 'query'>,
  table: string,
  events: number,
): Promise<void> {
  const ids = lastIds(events);
  for (let [rows, grewAt] = [0, performance.now()]; ; await pause(500)) {
    const [found] = await query<{ last: string; some: string }>(
      `select count(*) as last, pg_relation_size('${table}') as some
       from ${table} where event_id = any($1::uuid[])`,
      [ids],
    );
    if (Number(found?.last) === ids.length) return;
    if (Number(found?.some) > rows) [rows, grewAt] = [Number(found?.some), performance.now()];
    if (performance.now() - grewAt > STUCK_MS)
      throw new Error(`${table}: nothing more was stored for ${STUCK_MS / 1000} s`);
  }
}
