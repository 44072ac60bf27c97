import { connect } from 'node:net';
import axios from 'axios';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.ts';
import { type Nginx, startNginx } from '../../support/nginx.ts';
import { type PipelineOptions, pipeline } from '../../support/pipeline.ts';

const TOKEN = 'a-token-of-thirty-two-characters!';
const anyStatus = { validateStatus: () => true };

describe('the API behind a reverse proxy', function () {
  this.timeout(60_000);
  let parts: Awaited<ReturnType<typeof pipeline>>;
  let url: string;
  let nginx: Nginx | undefined;
  const using = async (options?: PipelineOptions) => {
    parts = await pipeline(options);
    ({ url } = await parts.api());
  };
  afterEach(async () => {
    await nginx?.stop();
    nginx = undefined;
    await parts.stop();
  });
  const proxied = async (location: string): Promise<string> => {
    nginx = await startNginx(location);
    return nginx.url;
  };

  it('refuses write and private endpoints through nginx while no token is set', async () => {
    await using();
    const proxy = await proxied(`location / { proxy_pass ${url}; }`);
    for (const [method, path] of [
      ['get', '/v2/loans'],
      ['post', '/v2/runs'],
      ['post', '/v1/rates/update'],
      ['get', '/v1/rates/update'],
    ] as const) {
      const { status, data } = await axios.request({
        url: `${proxy}${path}`,
        method,
        ...anyStatus,
      });
      expect([status, data.type], path).to.deep.equal([403, '/docs/errors/no-token-set']);
    }
    expect((await axios.get(`${proxy}/v2/rates/latest`, anyStatus)).status).to.equal(200);
    expect((await axios.get(`${url}/v2/loans`, anyStatus)).status).to.equal(200);
    expect(await parts.runs()).to.deep.equal([]);
  });

  it('refuses private endpoints at every sign of a proxy', async () => {
    await using();
    for (const name of [
      'x-forwarded-for',
      'x-forwarded-host',
      'x-forwarded-proto',
      'forwarded',
      'via',
      'x-real-ip',
    ]) {
      const { status } = await axios.get(`${url}/v2/loans`, {
        headers: { [name]: '127.0.0.1' },
        ...anyStatus,
      });
      expect(status, name).to.equal(403);
    }
    const { hostname, port } = new URL(url);
    const old = await send(url, `GET /v2/loans HTTP/1.0\r\nHost: ${hostname}:${port}\r\n\r\n`);
    expect(old).to.match(/^HTTP\/1\.1 403 /);
  });

  it('refuses private endpoints with TRUST_PROXY and without a token', async () => {
    await using({ trustProxy: 1 });
    expect((await axios.get(`${url}/v2/loans`, anyStatus)).status).to.equal(403);
  });

  it('accepts Sec-Fetch-Site: same-origin, whatever Host the proxy sends', async () => {
    await using({ apiToken: TOKEN, trustProxy: 1 });
    const proxy = await proxied(`location / { proxy_pass ${url}; }`);
    const { status } = await axios.post(`${proxy}/v2/runs`, null, {
      headers: {
        authorization: `Bearer ${TOKEN}`,
        origin: 'https://fx.example',
        'sec-fetch-site': 'same-origin',
      },
      ...anyStatus,
    });
    expect(status).to.equal(202);
  });

  it('serves addresses under the prefix that a trusted proxy or BASE_PATH names', async () => {
    await using({ apiToken: TOKEN, trustProxy: 1 });
    const proxy = await proxied(
      `location /fx/ { proxy_pass ${url}/; proxy_set_header X-Forwarded-Prefix /fx; }`,
    );
    const headers = { authorization: `Bearer ${TOKEN}` };
    const run = await axios.post(`${proxy}/fx/v2/runs`, null, { headers, ...anyStatus });
    expect(run.headers['location']).to.match(/^\/fx\/v2\/runs\//);
    expect((await axios.get(`${proxy}${run.headers['location']}`, anyStatus)).status).to.equal(200);
    const problem = await axios.get(`${proxy}/fx/v2/runs/x`, anyStatus);
    expect(problem.data.type).to.equal('/fx/docs/errors/invalid-parameter');
    expect((await axios.get(`${proxy}${problem.data.type}`, anyStatus)).status).to.equal(200);
    const page = await axios.get<string>(`${proxy}/fx/docs`, anyStatus);
    for (const [, file] of page.data.matchAll(/(?:href|src)="([^"]+)"/g)) {
      const address = new URL(file as string, `${proxy}/fx/docs`);
      expect((await axios.get(address.href, anyStatus)).status, file).to.equal(200);
    }
  });

  it('answers with or without BASE_PATH in the request', async () => {
    await using({ apiToken: TOKEN, basePath: '/fx' });
    for (const path of ['/fx/livez', '/livez', '/fx', '/fx/'])
      expect((await axios.get(`${url}${path}`, anyStatus)).status, path).to.equal(200);
    expect((await axios.get(`${url}/fxlivez`, anyStatus)).status).to.equal(404);
  });

  it('shows details of status and runs only with the token where one is set', async () => {
    await using({ apiToken: TOKEN });
    await parts.query(
      `insert into services
       select s, 'host-7/4711/abc', now(), now(), '{"trouble":"broker b1:9092"}'
       from unnest(array['producer','consumer']) s`,
    );
    await parts.query(
      `insert into runs (source, trigger, currencies, state, error, package, ended_at)
       values ('simulator', 'manual', '{KES}', 'failed', 'secret body of XE', 'SECRET-PACKAGE',
               now())`,
    );
    const [run] = await parts.query('select run_id from runs');
    await parts.query(
      `insert into dead_letters (topic, partition, record_offset, headers, reason, detail,
                                 redrive_error)
       values ('fx.rates.v1', 0, 7, '{}', 'not Avro', 'quote of the record', 'refused by b1:9092')`,
    );
    const read = async (path: string, headers = {}) =>
      JSON.stringify((await axios.get(`${url}${path}`, { headers, ...anyStatus })).data);
    for (const path of [
      ...['/v2/status', '/v2/runs', `/v2/runs/${run?.['run_id']}`],
      ...['/v2/dead-letters', '/readyz', '/metrics', '/openapi.json', '/', '/v2/currencies'],
    ])
      expect(await read(path), path)
        .to.not.contain('host-7')
        .and.not.contain('b1:9092')
        .and.not.contain('secret body')
        .and.not.contain('SECRET-PACKAGE')
        .and.not.contain('quote of the record');
    const listed = (await axios.get(`${url}/v2/runs`)).data.data;
    expect(listed[0]).to.include({ cost: null, package: null, reason: null });
    expect((await axios.get(`${url}/metrics`, anyStatus)).status).to.equal(401);
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect(await read('/v2/status', headers))
      .to.contain('host-7')
      .and.contain('secret body');
    expect(await read('/v2/dead-letters', headers))
      .to.contain('quote of the record')
      .and.contain('refused by b1:9092');
    expect(await read('/v2/runs', headers))
      .to.contain('secret body')
      .and.contain('SECRET-PACKAGE');
    expect((await axios.get(`${url}/metrics`, { headers, ...anyStatus })).status).to.equal(200);
  });

  it('leaves /metrics open for scrapers with METRICS=public', async () => {
    await using({ apiToken: TOKEN, metrics: 'public' });
    expect((await axios.get(`${url}/metrics`, anyStatus)).status).to.equal(200);
  });

  it('treats an empty chunked POST as one without a body', async () => {
    await using();
    const { host } = new URL(url);
    const response = await send(
      url,
      `POST /v2/runs HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\n` +
        'Connection: close\r\n\r\n0\r\n\r\n',
    );
    expect(response).to.match(/^HTTP\/1\.1 202 /);
  });

  it('rate-limits a client by its address without the port; static files are free', async () => {
    await using({ rateLimitPerMinute: 2, trustProxy: 1 });
    const statuses: number[] = [];
    for (const client of ['203.0.113.7:1001', '203.0.113.7:1002', '203.0.113.7']) {
      const headers = { 'x-forwarded-for': client };
      for (const path of ['/', '/dashboard/icon.svg', '/docs'])
        expect((await axios.get(`${url}${path}`, { headers, ...anyStatus })).status).to.equal(200);
      statuses.push((await axios.get(`${url}/v2/currencies`, { headers, ...anyStatus })).status);
    }
    expect(statuses).to.deep.equal([200, 200, 429]);
  });

  it('limits the event streams of one address', async () => {
    await using();
    const open = await Promise.all(
      Array.from({ length: 30 }, () =>
        axios.get(`${url}/v2/events`, { responseType: 'stream', ...anyStatus }),
      ),
    );
    expect(open.map(({ status }) => status)).to.deep.equal(Array(30).fill(200));
    expect((await axios.get(`${url}/v2/events`, anyStatus)).status).to.equal(429);
    for (const { data } of open) data.destroy();
  });

  it('responds 503 before the migrations and while read-only, and recovers by itself', async () => {
    await using();
    await parts.query('alter view rates rename to rates_gone');
    const missing = await axios.get(`${url}/v2/currencies`, anyStatus);
    expect([missing.status, missing.headers['retry-after']]).to.deep.equal([503, '5']);
    expect(missing.data.detail).to.match(/npm run migrate/);
    await parts.query('alter view rates_gone rename to rates');
    await parts.query(
      `do $$ begin execute format('alter database %I set default_transaction_read_only = on',
         current_database()); end $$`,
    );
    await parts.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await eventually(async () => {
      const { status, headers } = await axios.post(`${url}/v2/runs`, null, anyStatus);
      expect([status, headers['retry-after']]).to.deep.equal([503, '5']);
    });
    // Only new sessions are writable then: those of the pool must go.
    await parts.query(
      `set default_transaction_read_only = off;
       do $$ begin execute format('alter database %I reset default_transaction_read_only',
         current_database()); end $$`,
    );
    await eventually(async () =>
      expect((await axios.post(`${url}/v2/runs`, null, anyStatus)).status).to.equal(202),
    );
  });
});

/** Sends raw bytes and returns the whole response. */
function send(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let response = '';
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(bytes));
    socket.on('data', (chunk) => (response += chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(response));
  });
}
