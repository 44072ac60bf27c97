import { expect } from 'chai';
import { startConsumerService } from '../../../app/consumer-service.ts';
import { openEventStream } from '../../../app/event-stream.ts';
import { migrateWhenReachable, openServiceDatabase } from '../../../app/postgres.ts';
import { startProducerService } from '../../../app/producer-service.ts';
import { readConfig } from '../../../platform/config.ts';
import { openNotifications } from '../../../platform/notifications.ts';
import { query, queryRow } from '../../../platform/sql.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { quiet } from '../../support/quiet.ts';

describe('two installations in one database, each in a schema of its own', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  const closers: (() => unknown)[] = [];
  before(async () => {
    database = await testDatabase();
  });
  after(async () => {
    for (const close of closers.reverse()) await close();
    await database.drop();
  });

  /** The services of an installation, as its own process would start them. */
  async function install(schema: string, currencies: string) {
    await database.query(`create schema ${schema}`);
    const at = new URL(database.url);
    at.searchParams.set('options', `-c search_path=${schema}`);
    const url = at.href;
    const environment = { DATABASE_URL: url, CURRENCIES: currencies, SCHEDULE: '0 * * * *' };
    const context = {
      config: readConfig(environment, '/nonexistent/.env'),
      log: quiet,
      onClose: (_name: string, close: () => unknown) => void closers.push(close),
      url,
      signal: new AbortController().signal,
      notifications: openNotifications({ url, log: quiet }),
      giveUp: (reason: Error) => {
        throw reason;
      },
    };
    closers.push(() => context.notifications.stop());
    const db = openServiceDatabase(context, `test ${schema}`);
    await migrateWhenReachable(context);
    const stream = await openEventStream(context, db);
    startConsumerService(context, { db, stream });
    await startProducerService(context, { db, stream });
    return { db };
  }

  it('migrate, claim, publish and store concurrently without seeing each other', async () => {
    const [first, second] = await Promise.all([
      install('first', 'KES,NGN'),
      install('second', 'GHS,UGX,XOF'),
    ]);
    const stored = async ({ db }: typeof first) => {
      const sql = 'select distinct quote_currency as currency from daily_rates order by 1';
      return (await query<{ currency: string }>(db, sql)).map(({ currency }) => currency);
    };
    await eventually(async () => {
      expect(await stored(first)).to.deep.equal(['KES', 'NGN']);
      expect(await stored(second)).to.deep.equal(['GHS', 'UGX', 'XOF']);
    });
    for (const { db } of [first, second]) {
      await eventually(async () => {
        const sql = "select count(*)::int as runs from runs where state = 'confirmed'";
        expect((await queryRow<{ runs: number }>(db, sql)).runs).to.be.above(0);
      });
      const services = await query<{ service: string }>(
        db,
        'select service from services order by service',
      );
      expect(services.map(({ service }) => service)).to.deep.equal(['consumer', 'producer']);
    }
    const left = 'select count(*)::int as count from public.rate_observations';
    expect(await database.query(left)).to.deep.equal([{ count: 0 }]);
  });
});
