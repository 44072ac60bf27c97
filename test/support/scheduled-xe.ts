import { randomUUID } from 'node:crypto';
import { startSimulator } from '../../simulator/index.ts';
import { openPostgresStream } from '../../stream/postgres/stream.ts';
import { testDatabase } from './database.ts';
import { startTestConsumer } from './pipeline.ts';
import { quiet } from './quiet.ts';

/**
 * A simulated XE, a database and a consumer shared by producer processes, which see it as the real
 * XE. The ledger's clock is a row, so that a test moves it for all of them at once.
 */
export async function startScheduledXe() {
  const database = await testDatabase();
  const [accountId, apiKey] = ['test', randomUUID()];
  let now = Date.parse('2026-11-24T08:00:30Z');
  const simulator = await startSimulator({
    mode: 'live',
    accountId,
    apiKey,
    packageLimit: 1_000_000,
    now: () => new Date(now),
  });
  await database.query('create table test_clock (at timestamptz not null)');
  await database.query('insert into test_clock values (?)', [new Date(now).toISOString()]);
  await database.query(
    `create or replace function ledger_now() returns timestamptz
     language sql volatile as $$ select at from test_clock $$`,
  );
  const { db, url, notifications } = database;
  const stream = openPostgresStream({ db, url, notifications, log: quiet });
  const consumer = startTestConsumer(
    { db, notifications, stream },
    { CONSUMER_GROUP: 'fx-rates-postgres' },
  );
  return {
    simulator,
    query: database.query,
    settings: {
      DATABASE_URL: database.url,
      XE_ACCOUNT_ID: accountId,
      XE_API_KEY: apiKey,
      XE_BASE_URL: simulator.url,
      XE_DAILY_BUDGET: '1000000',
    },
    /** Moves the ledger's time and XE's, and wakes every producer. */
    moveTo: async (instant: number) => {
      now = instant;
      await database.query('update test_clock set at = ?', [new Date(instant).toISOString()]);
      await database.query("select announce('runs')");
    },
    now: () => now,
    stop: async () => {
      await consumer.stop();
      await simulator.stop();
      await database.drop();
    },
  };
}
