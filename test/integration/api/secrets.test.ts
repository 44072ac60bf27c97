import axios from 'axios';
import { expect } from 'chai';
import { testDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { command, freePort } from '../../support/process.ts';

describe('the secrets of the settings', () => {
  it('are in no log line, metric, error or header of any service', async function () {
    this.timeout(60_000);
    const database = await testDatabase();
    const [port, unusedPort] = [await freePort(), await freePort()];
    const token = 'canary-token-0123456789-0123456789';
    const [account, key] = ['canary-account', 'canary-key-4711'];
    const password = decodeURIComponent(new URL(database.url).password);
    const start = command('start', {
      DATABASE_URL: database.url,
      API_TOKEN: token,
      METRICS: 'public',
      XE_ACCOUNT_ID: account,
      XE_API_KEY: key,
      XE_BASE_URL: `http://127.0.0.1:${unusedPort}/v1/`,
      PORT: String(port),
      LOG_LEVEL: 'trace',
    });
    const url = `http://127.0.0.1:${port}`;
    try {
      await eventually(async () =>
        expect(
          (
            await axios.get<{ data: { open_count: number } }>(`${url}/v2/status`, {
              headers: { authorization: `Bearer ${token}` },
            })
          ).data.data.open_count,
        ).to.be.greaterThan(0),
      );
      await eventually(() => expect(start.output()).to.contain('is unreachable'));
      const answers: string[] = [];
      for (const [method, path, headers] of [
        ['get', '/v2/status', {}],
        ['get', '/v2/runs', {}],
        ['get', '/readyz', {}],
        ['get', '/metrics', {}],
        ['get', '/', {}],
        ['get', '/openapi.json', {}],
        ['get', '/v2/loans', { authorization: `Bearer ${token}` }],
        ['get', '/v2/loans', { authorization: `Bearer ${token}!` }],
        ['get', `/v2/rates/latest?api_token=${'x'}`, { authorization: `Bearer ${token}` }],
        ['post', '/v2/runs', { authorization: `Bearer ${token}` }],
        ['post', '/v1/rates/update', { authorization: `Bearer ${token}` }],
      ] as const) {
        const answer = await axios.request({
          method,
          url: `${url}${path}`,
          headers,
          validateStatus: () => true,
          responseType: 'text',
        });
        answers.push(`${path} ${answer.status} ${JSON.stringify(answer.headers)} ${answer.data}`);
      }
      const said = [
        ...answers,
        start.output(),
        ...(await database.query('select health::text from services')).map(({ health }) =>
          String(health),
        ),
      ].join('\n');
      expect(said).to.contain('fx_fetch_total{outcome="failed"}');
      for (const secret of [
        token,
        account,
        key,
        password,
        Buffer.from(`${account}:${key}`).toString('base64'),
      ])
        expect(said.split(secret).length - 1, 'times that a secret was shown').to.equal(0);
    } finally {
      start.kill('SIGTERM');
      await start.exited;
      await database.drop();
    }
  });
});
