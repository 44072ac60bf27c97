import { connect } from 'node:net';
import axios from 'axios';
import { expect } from 'chai';
import { PROBLEM_KINDS } from '../../../api/http/problem-kinds.ts';
import { callApi } from '../../support/contract-client.ts';
import { type PipelineOptions, pipeline } from '../../support/pipeline.ts';

const TOKEN = 'a-token-of-thirty-two-characters!';
const SECURITY = [
  'content-security-policy',
  'x-content-type-options',
  'referrer-policy',
  'strict-transport-security',
  'x-frame-options',
  'cross-origin-opener-policy',
];
const GUARDED = [
  ['GET', '/v1/rates/update'],
  ['POST', '/v1/rates/update'],
  ['POST', '/v2/runs'],
  ['POST', '/v2/dead-letters/1/redrive'],
  ['GET', '/v2/dead-letters/1'],
  ['GET', '/v2/runs/00000000-0000-4000-8000-000000000000/answer'],
  ['GET', '/v2/loan-book'],
  ['GET', '/v2/loans'],
  ['GET', '/v2/loans/x'],
  ['GET', '/v2/loans/x/history'],
  ['GET', '/v2/reports/loans'],
  ['GET', '/v2/reports/missed'],
  ['GET', '/v2/reports/par'],
  ['GET', '/v2/reports/roll?from=2021-01-01'],
] as const;

describe('access to the API', function () {
  this.timeout(60_000);
  let parts: Awaited<ReturnType<typeof pipeline>>;
  let url: string;
  const using = async (options?: PipelineOptions) => {
    parts = await pipeline(options);
    ({ url } = await parts.api());
  };
  afterEach(() => parts.stop());
  const kindOf = async (method: string, path: string, headers: Record<string, string> = {}) => {
    const { status, data } = await callApi<{ type?: string }>(url, path, { method, headers });
    return `${status} ${data.type?.replace('/docs/errors/', '') ?? ''}`;
  };

  it('requires the token for write and private endpoints where one is set', async () => {
    await using({ apiToken: TOKEN });
    for (const [method, path] of GUARDED) {
      expect(await kindOf(method, path), path).to.equal('401 unauthorized');
      expect(await kindOf(method, path, { authorization: `Bearer ${TOKEN}x` }), path).to.equal(
        '401 unauthorized',
      );
    }
    expect(await kindOf('GET', '/v2/loans', { authorization: `Bearer ${TOKEN}` })).to.equal('200 ');
    expect(
      await kindOf('GET', '/v2/loans', { authorization: `Bearer ${TOKEN}`, host: 'fx.example' }),
    ).to.equal('200 ');
    for (const path of [
      '/v2/rates/latest',
      '/v2/status',
      '/v2/runs',
      '/v2/dead-letters',
      '/v1/rates',
    ])
      expect(await kindOf('GET', path), path).to.equal('200 ');
  });

  it('refuses them on a public address without a token, and says how to set one', async () => {
    await using({ host: '0.0.0.0' });
    for (const [method, path] of GUARDED)
      expect(await kindOf(method, path), path).to.equal('403 no-token-set');
    const { detail } = (await callApi<{ detail: string }>(url, '/v2/loans')).data;
    expect(detail).to.match(/set API_TOKEN, or HOST=127\.0\.0\.1/);
    expect(await kindOf('GET', '/v2/rates/latest')).to.equal('200 ');
  });

  it('serves them without a token only for a local Host header (DNS rebinding)', async () => {
    await using();
    for (const [method, path] of GUARDED)
      expect(await kindOf(method, path, { host: 'evil.example' }), path).to.equal('421 wrong-host');
    for (const host of ['localhost:5080', '127.0.0.1', '[::1]:5080'])
      expect(await kindOf('GET', '/v2/loans', { host })).to.equal('200 ');
    expect(await kindOf('GET', '/v2/rates/latest', { host: 'evil.example' })).to.equal('200 ');
  });

  it('refuses writes from other sites and prefetches (CSRF)', async () => {
    await using({ apiToken: TOKEN });
    const authorization = `Bearer ${TOKEN}`;
    for (const [method, path] of GUARDED.slice(0, 4)) {
      for (const headers of [
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { 'sec-purpose': 'prefetch' },
        { 'sec-purpose': 'prefetch;prerender' },
      ] as Record<string, string>[])
        expect(await kindOf(method, path, { authorization, ...headers }), path).to.equal(
          '403 foreign-page',
        );
    }
    expect(await parts.runs()).to.deep.equal([]);
    const own = { authorization, origin: url, 'sec-fetch-site': 'same-origin' };
    expect(await kindOf('POST', '/v2/runs', own)).to.equal('202 ');
  });

  it('lets any origin read rates and the contract, and nothing else (CORS)', async () => {
    await using();
    for (const path of [
      '/v1/rates',
      '/v2/rates/latest',
      '/v2/rates/latest',
      '/v2/rates?limit=0',
      '/v2/currencies',
      '/openapi.json',
    ])
      expect((await callApi(url, path)).headers['access-control-allow-origin'], path).to.equal('*');
    for (const path of [
      '/v2/status',
      '/v2/runs',
      '/v2/dead-letters',
      '/v2/loans',
      '/metrics',
      '/readyz',
      '/nothing',
    ])
      expect((await callApi(url, path)).headers, path).to.not.have.property(
        'access-control-allow-origin',
      );
    const preflight = await callApi(url, '/v2/rates/latest', {
      method: 'OPTIONS',
      headers: {
        ...{ origin: 'https://shop.example', 'access-control-request-method': 'GET' },
        'access-control-request-headers': 'content-type,x-requested-with',
      },
    });
    expect(preflight.headers['access-control-allow-origin']).to.equal('*');
    for (const name of ['Content-Type', 'X-Requested-With'])
      expect(preflight.headers['access-control-allow-headers']).to.match(
        new RegExp(`(^|, )${name}(,|$)`),
      );
    expect([preflight.status, preflight.headers['access-control-allow-methods']]).to.deep.equal([
      204,
      'GET, HEAD',
    ]);
    expect((await callApi(url, '/v2/runs', { method: 'OPTIONS' })).status).to.equal(405);
  });

  it('limits requests per minute and client when set, except health checks', async () => {
    await using({ rateLimitPerMinute: 3 });
    for (let sent = 0; sent < 3; sent++)
      expect(await kindOf('GET', '/v2/rates/latest')).to.equal('200 ');
    const { status, headers, data } = await callApi<{ type: string }>(url, '/v2/rates/latest');
    expect([status, data.type]).to.deep.equal([429, '/docs/errors/too-many-requests']);
    expect(Number(headers['retry-after'])).to.be.within(1, 60);
    expect(await kindOf('GET', '/livez')).to.equal('200 ');
  });

  for (const [trustProxy, name, statuses] of [
    [1, 'distinguishes clients by the headers of a trusted proxy', [200, 200, 429]],
    [0, 'ignores X-Forwarded-For while no proxy is trusted', [200, 429, 429]],
  ] as const)
    it(name, async () => {
      await using({ rateLimitPerMinute: 1, trustProxy });
      const received: number[] = [];
      for (const client of ['10.0.0.1', '10.0.0.2', '10.0.0.1'])
        received.push(
          (await callApi(url, '/v2/rates/latest', { headers: { 'x-forwarded-for': client } }))
            .status,
        );
      expect(received).to.deep.equal(statuses);
    });

  it('sets six security headers on every response, also on malformed requests', async () => {
    await using();
    for (const path of [
      '/',
      '/docs',
      '/docs/errors',
      '/livez',
      '/v1/rates',
      '/v2/rates/latest',
      '/v2/rates/latest',
      '/v2/loans',
      '/nothing',
      '/v2/rates?x=1',
      '/%',
    ]) {
      const { headers } = await axios.get(`${url}${path}`, { validateStatus: () => true });
      for (const name of SECURITY) expect(headers, `${path} ${name}`).to.have.property(name);
    }
    for (const [request, status] of [
      ['NONSENSE\r\n\r\n', 400],
      [`GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(9000)}\r\n\r\n`, 431],
    ] as const) {
      const answer = await raw(url, request);
      expect(answer)
        .to.match(new RegExp(`^HTTP/1.1 ${status} `))
        .and.match(/application\/problem\+json/);
      for (const name of SECURITY) expect(answer.toLowerCase()).to.contain(`\r\n${name}: `);
    }
  });
});

describe('an error', () => {
  let parts: Awaited<ReturnType<typeof pipeline>>;
  let url: string;
  before(async function () {
    this.timeout(60_000);
    parts = await pipeline();
    ({ url } = await parts.api());
  });
  after(() => parts.stop());

  for (const [request, status, kind] of [
    [{ path: '/nothing' }, 404, 'not-found'],
    [{ path: '/v2/runs/00000000-0000-4000-8000-000000000000' }, 404, 'not-found'],
    [{ path: '/v2/status.csv' }, 404, 'not-found'],
    [{ path: '/v2/rates/KES/NGN' }, 404, 'no-rate'],
    [{ path: '/v2/rates/latest', method: 'POST' }, 405, 'method-not-allowed'],
    [{ path: '/v2/runs', method: 'DELETE' }, 405, 'method-not-allowed'],
    [{ path: '/docs', method: 'POST' }, 405, 'method-not-allowed'],
    [{ path: '/v2/rates/latest', headers: { accept: 'image/png' } }, 406, 'not-acceptable'],
    [{ path: '/v2/runs', method: 'POST', body: '{' }, 400, 'invalid-body'],
    [{ path: '/v2/runs', method: 'POST', body: '{"now":true}' }, 400, 'invalid-body'],
    [{ path: '/v2/runs', method: 'POST', body: '5' }, 400, 'invalid-body'],
    [
      { path: '/v2/runs', method: 'POST', body: `{"x":"${'x'.repeat(10_000)}"}` },
      413,
      'body-too-large',
    ],
    [
      { path: '/v2/runs', method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } },
      415,
      'unsupported-type',
    ],
    [
      { path: '/v2/runs', method: 'POST', body: '{}', headers: { 'content-encoding': 'gzip' } },
      415,
      'unsupported-type',
    ],
    [{ path: '/v2/loans/%E0%A4%A' }, 400, 'bad-request'],
    [{ path: '/v2/dead-letters/x' }, 400, 'invalid-parameter'],
  ] as const) {
    const method = 'method' in request ? request.method : 'GET';
    it(`has a problem document: ${method} ${request.path} → ${status} ${kind}`, async () => {
      const { path, ...more } = request;
      const answer = await axios.request({
        url: `${url}${path}`,
        ...('method' in more && { method: more.method }),
        headers: {
          ...('body' in more && { 'content-type': 'application/json' }),
          ...('headers' in more && more.headers),
        },
        ...('body' in more && { data: more.body, transformRequest: (text: string) => text }),
        validateStatus: () => true,
      });
      const { data, headers } = answer;
      expect([answer.status, data.status, data.type]).to.deep.equal([
        status,
        status,
        `/docs/errors/${kind}`,
      ]);
      expect(headers['content-type']).to.equal('application/problem+json; charset=utf-8');
      expect(headers['cache-control']).to.equal('no-store');
      expect(data.request_id).to.equal(headers['x-request-id']);
      if (status === 405) expect(headers['allow']).to.match(/GET/);
      const page = await axios.get(`${url}${data.type}`);
      expect(page.data).to.contain(`<h1>${data.title}</h1>`);
    });
  }

  it('has a page for every kind, and the API serves all files of its docs', async () => {
    const { data: list } = await axios.get<string>(`${url}/docs/errors`);
    for (const kind of Object.keys(PROBLEM_KINDS)) expect(list).to.contain(`href="errors/${kind}"`);
    const { data: page } = await axios.get<string>(`${url}/docs`);
    const files = [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, file]) => file as string);
    // Relative, so that the page works under a path prefix too.
    expect(files.filter((file) => file.startsWith('/'))).to.deep.equal([]);
    for (const file of files)
      expect((await axios.get(`${url}/${file}`)).status, file).to.equal(200);
  });
});

/** Sends raw bytes and returns the whole response. */
function raw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(bytes));
    socket.on('data', (chunk) => (answer += chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}
