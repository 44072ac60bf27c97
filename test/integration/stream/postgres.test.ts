import { openPostgresStream } from '../../../stream/postgres/stream.ts';
import { quiet, type TestDatabase, testDatabase } from '../../support/database.ts';
import { streamContract } from '../../support/stream-contract.ts';

describe('the stream on Postgres', () => {
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());

  streamContract(() =>
    Promise.resolve(openPostgresStream({ db: database.db, url: database.url, log: quiet })),
  );
});
