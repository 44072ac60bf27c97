import { expect } from 'chai';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { command } from '../../support/process.ts';

describe('npm run topics', function () {
  this.timeout(90_000);
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());

  it('ends with 1 and one sentence when no broker can be reached', async () => {
    const topics = command('topics', {
      DATABASE_URL: database.url,
      KAFKA_BROKERS: '127.0.0.1:1',
      LOG_LEVEL: 'fatal',
    });
    expect(await topics.exited).to.equal(1);
    expect(topics.output()).to.equal(
      'The brokers 127.0.0.1:1 could not be reached within 20 s: ' +
        'start them, or correct KAFKA_BROKERS\n',
    );
  });
});
