import { randomUUID } from 'node:crypto';
import { command, script } from '../../test/support/process.ts';
import { type BenchCase, measure } from './case.ts';
import { SINK, startDebezium } from './debezium.ts';
import { publishHistory } from './history.ts';
import {
  type KafkaStage,
  kafkaStage,
  rowsPerSecond,
  type StageDatabase,
  untilStored,
} from './kafka-stage.ts';

/** The consumer process stores a backlog on Kafka in both tables, beside alternatives. */
export const consume: BenchCase = {
  name: 'consume',
  about:
    '1 M events on 3 partitions of Kafka into both tables, beside bare kafkajs, ' +
    'the rows copied within Postgres, and Debezium into one table',
  run: async ({ quick, say }) => {
    const events = quick ? 50_000 : 1_000_000;
    const stage = await kafkaStage();
    try {
      say(`publishing ${events} events`);
      await publishHistory(stage, { to: events, schemaId: stage.schemaId });
      say('fetching');
      const fetched = await fetchedPerSecond(stage, events);
      say('fetching and decoding');
      const decoded = await fetchedPerSecond(stage, events, stage.registryUrl);
      say('the consumer');
      const database = await stage.database();
      const ours = await consumed(stage, database, events);
      say('the same rows, within Postgres');
      const copying = await copyWithin(database);
      const [counts] = await database.query<{ events: string; days: string }>(
        `select (select count(*) from rate_observations) as events,
                (select count(*) from daily_rates) as days`,
      );
      say('Debezium');
      const debezium = await byDebezium(stage, events);
      return {
        figures: {
          rows_per_s: ours,
          debezium_rows_per_s: debezium,
          fetch_and_decode_per_s: decoded,
          fetch_per_s: fetched,
          insert_select_rows_per_s: events / copying,
          events,
          currency_days: Number(counts?.days),
        },
        bounds: [
          { figure: 'rows_per_s', beside: 'debezium_rows_per_s', atLeast: 2.3 },
          { figure: 'rows_per_s', beside: 'fetch_and_decode_per_s', atLeast: 0.75 },
          { figure: 'rows_per_s', beside: 'insert_select_rows_per_s', atLeast: 0.8 },
        ],
        must: { 'every event is stored': Number(counts?.events) === events },
      };
    } finally {
      await stage.leave();
    }
  },
};

/** By bare kafkajs; decoded too where a registry is given. */
async function fetchedPerSecond(
  { brokers, topic }: KafkaStage,
  events: number,
  ...registry: string[]
): Promise<number> {
  const fetching = script('tools/bench/bare-fetch.ts', {}, [
    brokers[0] as string,
    topic,
    String(events),
    ...registry,
  ]);
  if ((await fetching.exited) !== 0) throw new Error(fetching.output());
  return Number(fetching.output());
}

async function consumed(
  stage: KafkaStage,
  database: StageDatabase,
  events: number,
): Promise<number> {
  const consumer = command('consumer', stage.settings(database.url, randomUUID()));
  await untilStored(database, 'rate_observations', events);
  consumer.kill('SIGTERM');
  await consumer.exited;
  return rowsPerSecond(database, 'rate_observations');
}

/** The upper limit: both tables filled within Postgres by two statements. */
async function copyWithin({ query }: StageDatabase): Promise<number> {
  await query('create table again (like rate_observations including all)');
  await query('create table days_again (like daily_rates including all)');
  await query('checkpoint');
  return (
    await measure(async () => {
      await query(
        `insert into again (event_id, run_id, source, base_currency, quote_currency, mid,
                            observed_at, fetched_at)
         select event_id, run_id, source, base_currency, quote_currency, mid, observed_at,
                fetched_at
         from rate_observations
       on conflict do nothing`,
      );
      await query(
        `insert into days_again (rate_date, base_currency, quote_currency, source, mid,
                                 observed_at, fetched_at, event_id)
         select distinct on (base_currency, quote_currency, rate_date)
                rate_date, base_currency, quote_currency, source, mid, observed_at, fetched_at,
                event_id
         from rate_observations,
              lateral (select (observed_at at time zone 'UTC')::date as rate_date) d
         order by base_currency, quote_currency, rate_date, source = 'xe' desc,
                  observed_at desc, fetched_at desc, event_id desc`,
      );
    })
  )[0];
}

async function byDebezium(stage: KafkaStage, events: number): Promise<number> {
  const database = await stage.database();
  await database.query(SINK);
  const debezium = await startDebezium(stage, database.url);
  try {
    await untilStored(database, 'sink', events);
    return await rowsPerSecond(database, 'sink');
  } finally {
    await debezium.stop();
  }
}
