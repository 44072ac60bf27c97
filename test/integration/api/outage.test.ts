import axios from 'axios';
import { expect } from 'chai';
import { openDatabase } from '../../../platform/database.ts';
import { callApi } from '../../support/contract-client.ts';
import { eventually } from '../../support/eventually.ts';
import { pipeline } from '../../support/pipeline.ts';

describe('the API in an outage', () => {
  let parts: Awaited<ReturnType<typeof pipeline>>;
  let url: string;
  beforeEach(async function () {
    this.timeout(60_000);
    parts = await pipeline();
    ({ url } = await parts.api());
  });
  afterEach(() => parts.stop());

  it('responds 503 within 3 s while Postgres hangs, and recovers within 10 s', async function () {
    this.timeout(60_000);
    const paths = [
      '/v1/rates',
      '/v2/rates/latest',
      '/v2/rates?group=week',
      '/v2/status',
      '/v2/runs',
      '/v2/loans',
      '/v2/reports/par',
      '/readyz',
    ];
    for (const path of paths) expect((await axios.get(`${url}${path}`)).status).to.equal(200);
    parts.network.setLink({ hold: true }, { hold: true });
    const began = Date.now();
    // Twice each, so that some find no connection left in the pool. Other URLs than before: those
    // are cached.
    const others = [
      '/v1/rates?currency=kes',
      '/v2/rates/latest?quotes=KES',
      '/v2/currencies',
      '/v2/observations?date=2026-11-24',
    ];
    const requested = [...others, ...paths.filter((path) => !/rates/.test(path))];
    await Promise.all(
      [...requested, ...requested].map(async (path) => {
        const { status, data, headers } = await axios.get(`${url}${path}`, {
          validateStatus: () => true,
        });
        expect([status, data.type, headers['retry-after']], path).to.deep.equal([
          503,
          '/docs/errors/unavailable',
          '5',
        ]);
        expect(Date.now() - began, path).to.be.below(3000);
      }),
    );
    const pull = Date.now();
    expect(
      (await callApi(url, '/v2/runs', { method: 'POST', headers: { Prefer: 'wait=10' } })).status,
    ).to.equal(503);
    expect(Date.now() - pull).to.be.below(3000);
    // The page works without Postgres and shows the outage.
    for (const path of ['/livez', '/'])
      expect((await axios.get(`${url}${path}`)).status).to.equal(200);
    parts.network.restore();
    const restored = Date.now();
    await eventually(async () => {
      for (const path of paths)
        expect(
          (await axios.get(`${url}${path}`, { validateStatus: () => true })).status,
          path,
        ).to.equal(200);
    });
    expect(Date.now() - restored).to.be.below(10_000);
  });

  it('serves rates while every reader of the loan book waits', async () => {
    const loader = openDatabase({ url: parts.url, name: 'load', deadlines: 'none', poolSize: 1 });
    await loader.transaction(async (loading) => {
      await loading.raw('lock table loans in access exclusive mode');
      const reading = Array.from({ length: 8 }, () => axios.get(`${url}/v2/loans`));
      await eventually(async () => {
        const [held] = await parts.query<{ held: number }>(
          `select count(*)::int as held from pg_stat_activity
           where datname = current_database() and wait_event_type = 'Lock'`,
        );
        expect(held?.held).to.be.at.least(3);
      });
      for (const quote of ['KES', 'NGN', 'GHS', 'UGX', 'MAD', 'XOF'])
        expect((await axios.get(`${url}/v2/rates/latest?quotes=${quote}`)).status).to.equal(200);
      await loading.commit();
      for (const { status } of await Promise.all(reading)) expect(status).to.equal(200);
    });
    await loader.destroy();
  });
});
