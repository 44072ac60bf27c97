import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { PROJECT } from '../../support/documents.ts';

describe('npx knex', () => {
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());

  it('finds knexfile.js and migrations written in TypeScript', async () => {
    const { stdout } = await promisify(execFile)('npx', ['knex', 'migrate:status'], {
      cwd: PROJECT,
      env: { ...process.env, DATABASE_URL: database.url },
    });
    expect(stdout)
      .to.match(/Found \d+ Completed Migration/)
      .and.contain('No Pending Migration');
  });
});
