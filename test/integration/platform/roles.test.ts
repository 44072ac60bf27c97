import axios from 'axios';
import { expect } from 'chai';
import { migrate } from '../../../platform/migrate.ts';
import { testDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { pipeline } from '../../support/pipeline.ts';
import { quiet } from '../../support/quiet.ts';
import { createRoles, urlOfRole } from '../../support/roles.ts';

describe('the roles of the services', () => {
  const TOKEN = 'roles-'.repeat(8);
  let parts: Awaited<ReturnType<typeof pipeline>>;
  let api: { url: string };
  before(async function () {
    this.timeout(60_000);
    parts = await pipeline({ roles: true, apiToken: TOKEN });
    api = await parts.api();
    parts.consumer();
    parts.producer();
  });
  after(() => parts.stop());
  const headers = { Authorization: `Bearer ${TOKEN}`, Prefer: 'wait=20' };

  it('let producer and consumer write rates, and the API read them', async () => {
    await eventually(async () => {
      const { data } = await axios.get<unknown[]>(`${api.url}/v1/rates`);
      expect(data).to.have.length(7);
    });
  });

  it('let the API request a run and do its other work', async () => {
    // A run that is not confirmed yet would serve the request.
    await eventually(async () => {
      expect(await parts.query(`select 1 from runs where state <> 'confirmed'`)).to.deep.equal([]);
    });
    const { data } = await axios.post(`${api.url}/v2/runs`, undefined, { headers });
    expect(data.data).to.include({ trigger: 'manual', state: 'confirmed' });
    for (const path of ['v2/status', 'v2/runs', 'v2/dead-letters', 'v2/loan-book', 'metrics'])
      expect((await axios.get(`${api.url}/${path}`, { headers })).status, path).to.equal(200);
  });

  it('let the API redrive and close dead letters', async () => {
    const [first, second] = await parts.query<{ id: string }>(
      `insert into dead_letters (topic, partition, record_offset, headers, reason, detail)
       values ('fx.rates.v1', 0, 900001, '{}', 'test', ''),
              ('fx.rates.v1', 0, 900002, '{}', 'test', '')
       returning id`,
    );
    const post = (path: string) =>
      axios.post(`${api.url}/v2/dead-letters/${path}`, undefined, { headers });
    expect((await post(`${first?.id}/redrive`)).status).to.equal(202);
    expect((await post(`${second?.id}/close`)).status).to.equal(200);
  });

  for (const [what, statement] of Object.entries({
    'change rates': 'update daily_rates set mid = 1',
    'delete observations': 'delete from rate_observations',
    'insert rates': 'insert into daily_rates select * from daily_rates limit 0',
    'change what XE sent': 'update runs set response_body = null',
    'change the loan book': 'truncate loans, payment_schedule, loan_payments',
    'publish to the embedded stream': 'delete from stream_records',
    'change the schema': 'create table mine (a int)',
  }))
    it(`do not let the API ${what}`, async () => {
      const work = parts.readerDb.raw(statement);
      const refusal = await work.then(
        () => 'accepted',
        (err: Error) => err.message,
      );
      expect(refusal).to.match(/permission denied/);
    });

  it('do not let producer and consumer change the schema or its history', async () => {
    for (const statement of ['drop table daily_rates', 'delete from knex_migrations']) {
      const refusal = await parts.db.raw(statement).then(
        () => 'accepted',
        (err: Error) => err.message,
      );
      expect(refusal, statement).to.match(/permission denied|must be owner/);
    }
  });

  it('are no obstacle to commands that look for migrations first', async () => {
    const database = await testDatabase();
    await createRoles(database);
    for (const role of ['fx_rates_write', 'fx_rates_read'] as const)
      expect(await migrate(urlOfRole(database.url, role), quiet), role).to.deep.equal([]);
    await database.drop();
  });
});
