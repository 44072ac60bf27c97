import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { openDatabase } from '../../platform/database.ts';
import { joinEmbeddedPostgres } from '../../platform/embedded-postgres/join.ts';
import { migrate } from '../../platform/migrate.ts';
import { openNotifications } from '../../platform/notifications.ts';
import { openPostgresStream } from '../../stream/postgres/stream.ts';
import { makeRate, makeRecord } from '../../test/support/make-rate.ts';
import { SEVEN, startTestConsumer } from '../../test/support/pipeline.ts';
import { dataDir } from '../../test/support/process.ts';
import { quiet } from '../../test/support/quiet.ts';
import { type BenchCase, measure, median, quantile } from './case.ts';

const TOPIC = { topic: 'fx.rates.v1', partitions: 3, replication: 1 };
const BATCH = 500;
type Rates = ReturnType<typeof makeRate>[];

/** From `publish` to readable rows, beside a plain insert and select, with fsync on. */
export const embeddedStream: BenchCase = {
  name: 'embedded-stream',
  about:
    `publish to readable on the embedded stream, one event and batches of ${BATCH}, ` +
    'beside a bare insert and select',
  run: async ({ quick, say }) => {
    const { dir, remove } = dataDir();
    const postgres = await joinEmbeddedPostgres({ dataDir: dir, log: quiet });
    await migrate(postgres.url, quiet);
    const ours = await oursOn(postgres.url);
    const bare = await bareOn(postgres.url);
    const { rates } = madeUp();
    const [single, singleBare, batch]: [number[], number[], number[]] = [[], [], []];
    const [perSecond, barePerSecond]: [number[], number[]] = [[], []];
    try {
      say('one event at a time');
      for (let n = 0; n < (quick ? 30 : 1000); n++) {
        single.push((await measure(() => ours.throughTheStream([rates(1)])))[0]);
        singleBare.push((await measure(() => bare.insertAndSelect(rates(1))))[0]);
      }
      for (let round = 0; round < (quick ? 1 : 5); round++) {
        say(`batches of ${BATCH}, round ${round + 1}`);
        const batches = Array.from({ length: quick ? 4 : 40 }, () => rates(BATCH));
        const rows = batches.length * BATCH;
        barePerSecond.push(rows / (await measure(() => inTurn(batches, bare.insertAndSelect)))[0]);
        perSecond.push(
          rows /
            (await measure(() => ours.throughTheStream(batches.map((some) => renamed(some)))))[0],
        );
        for (let n = 0; n < 5; n++)
          batch.push((await measure(() => ours.throughTheStream([rates(BATCH)])))[0]);
      }
    } finally {
      await ours.stop();
      await bare.stop();
      await postgres.leave();
      remove();
    }
    const ms = (seconds: readonly number[], part: number) => quantile(seconds, part) * 1000;
    return {
      figures: {
        one_event_p99_ms: ms(single, 0.99),
        rows_per_s: median(perSecond),
        bare_rows_per_s: median(barePerSecond),
        one_event_p50_ms: ms(single, 0.5),
        bare_one_event_p50_ms: ms(singleBare, 0.5),
        bare_one_event_p99_ms: ms(singleBare, 0.99),
        batch_p50_ms: ms(batch, 0.5),
        batch_p99_ms: ms(batch, 0.99),
      },
      bounds: [
        { figure: 'one_event_p99_ms', atMost: 10 },
        { figure: 'rows_per_s', beside: 'bare_rows_per_s', atLeast: 0.4 },
      ],
    };
  },
};

/** Pulls a minute apart, seven rates each, on and on. */
function madeUp() {
  let n = 0;
  const next = () => {
    const [minute, currency] = [Math.floor(n / SEVEN.length), SEVEN[n++ % SEVEN.length] as string];
    const at = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
    return makeRate(currency, `${100 + (n % 1000)}.123456${n % 10}`, {
      run_id: randomUUID(),
      observed_at: at,
      fetched_at: at,
    });
  };
  return { rates: (count: number): Rates => Array.from({ length: count }, next) };
}

/** The same rates as other events, so that what the peer has stored is new to us. */
const renamed = (rates: Rates): Rates => rates.map((rate) => ({ ...rate, event_id: randomUUID() }));

/** Our own path, all parts in this process as under `npm start`. */
async function oursOn(url: string) {
  const db = openDatabase({ url, name: 'bench' });
  const notifications = openNotifications({ url, log: quiet });
  const stream = openPostgresStream({ db, url, notifications, log: quiet });
  await stream.createTopic(TOPIC);
  const consumer = startTestConsumer({ db, notifications, stream }, { CONSUMER_GROUP: 'bench' });
  const reader = new pg.Client(url);
  await reader.connect();
  await reader.query('listen "public.rates"');
  let landed = () => {};
  reader.on('notification', () => landed());
  return {
    /** Publishes batch after batch until another connection can read the last row. */
    throughTheStream: async (batches: readonly Rates[]) => {
      await inTurn(batches, (rates) => stream.publish(TOPIC.topic, rates.map(makeRecord)));
      for (const rates of batches) {
        const ids = rates.map(({ event_id }) => event_id);
        for (;;) {
          const changed = new Promise<void>((resolve) => {
            landed = resolve;
          });
          const { rows } = await reader.query(
            'select * from rate_observations where event_id = any($1::uuid[])',
            [ids],
          );
          if (rows.length === ids.length) break;
          await changed;
        }
      }
    },
    stop: async () => {
      await consumer.stop();
      await notifications.stop();
      await reader.end();
      await db.destroy();
    },
  };
}

/** The peer: a table like `rate_observations`, one statement in and one out. */
async function bareOn(url: string) {
  const client = new pg.Client(url);
  await client.connect();
  await client.query('create table bare (like rate_observations including all)');
  return {
    insertAndSelect: async (rates: Rates) => {
      const column = (name: keyof Rates[number]) => rates.map((rate) => rate[name]);
      await client.query(
        `insert into bare (event_id, run_id, source, base_currency, quote_currency, mid,
                           observed_at, fetched_at)
         select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[],
                              $6::numeric[], $7::timestamptz[], $8::timestamptz[])`,
        [
          column('event_id'),
          column('run_id'),
          column('source'),
          column('base_currency'),
          column('quote_currency'),
          column('mid'),
          column('observed_at'),
          column('fetched_at'),
        ],
      );
      await client.query('select * from bare where event_id = any($1::uuid[])', [
        column('event_id'),
      ]);
    },
    stop: () => client.end(),
  };
}

async function inTurn<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  for (const item of items) await work(item);
}
