import { openPostgresStream } from '../../../stream/postgres/stream.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { quiet } from '../../support/quiet.ts';
import { describeStreamContract } from '../../support/stream-contract.ts';

describe('the stream on Postgres', () => {
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());

  describeStreamContract(() => Promise.resolve(openPostgresStream({ ...database, log: quiet })));
});
