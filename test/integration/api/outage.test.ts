import { connect, type Socket } from 'node:net';
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

  it('disconnects slow clients, and other clients do not notice them', async function () {
    this.timeout(60_000);
    const { hostname, port } = new URL(url);
    const slow = await Promise.all(
      Array.from({ length: 500 }, () => slowClient(hostname, Number(port))),
    );
    const began = Date.now();
    const took: number[] = [];
    const alive = () => slow.filter(({ destroyed }) => !destroyed).length;
    while (alive() > 25) {
      expect(Date.now() - began, `${alive()} are still there`).to.be.below(15_000);
      const at = performance.now();
      expect((await axios.get(`${url}/v2/rates/latest`)).status).to.equal(200);
      took.push(performance.now() - at);
    }
    expect(took.sort((a, b) => a - b)[Math.ceil(took.length * 0.99) - 1]).to.be.at.most(200);
    for (const socket of slow) socket.destroy();
  });
});

/** A client that sends its request at a byte a second and never ends it (slowloris). */
function slowClient(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port }, () => {
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
      const dripping = setInterval(() => socket.write('x'), 1000);
      socket.on('close', () => clearInterval(dripping));
      resolve(socket);
    });
    // Unread data would hide the end of the connection.
    socket.resume();
    socket.on('error', (error) => {
      socket.destroy();
      reject(error);
    });
    socket.on('end', () => socket.destroy());
  });
}
