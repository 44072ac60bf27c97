import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import axios from 'axios';
import { expect } from 'chai';
import { type CallOptions, callApi as callApiAt } from '../../support/contract-client.ts';
import { eventually } from '../../support/eventually.ts';
import { pipeline, SEVEN } from '../../support/pipeline.ts';

interface Rows {
  data: { quote: string; rate: string; stale: boolean }[];
}

describe('cached responses', () => {
  let parts: Awaited<ReturnType<typeof pipeline>>;
  let url: string;
  const callApi = (path: string, asking?: CallOptions) => callApiAt<Rows>(url, path, asking);
  const fetchRaw = (path: string, headers: Record<string, string>, method = 'GET') =>
    axios.request<Buffer>({
      url: `${url}${path}`,
      method,
      headers,
      decompress: false,
      responseType: 'arraybuffer',
      validateStatus: () => true,
    });
  const store = (day: string, mid: string, source = 'simulator') =>
    parts.query(
      `insert into daily_rates
         (rate_date, base_currency, quote_currency, source, mid, observed_at, fetched_at, event_id)
       select ?, 'USD', quote, ?, ?, ?, ?, gen_random_uuid() from unnest(?::text[]) quote`,
      [day, source, mid, `${day}T01:00:00Z`, `${day}T01:00:02Z`, SEVEN],
    );
  beforeEach(async function () {
    this.timeout(60_000);
    parts = await pipeline();
    await parts.setClock('2026-11-24T02:30:00Z');
    await store('2026-11-23', '129.3');
    ({ url } = await parts.api());
  });
  afterEach(() => parts.stop());

  it('have strong ETags; a matching one gets a 304 without a body', async () => {
    for (const path of [
      '/v1/rates',
      '/v2/rates/latest',
      '/v2/rates?date=2026-11-23',
      '/v2/rates/latest.csv',
      '/v2/currencies',
      '/openapi.json',
    ]) {
      const first = await callApi(path);
      const tag = first.headers['etag'] as string;
      expect(tag, path).to.match(/^"[\w-]{43}(-br)?"$/);
      for (const headers of [
        { 'if-none-match': tag },
        { 'if-none-match': `"other", W/${tag}` },
        { 'if-none-match': '*' },
      ]) {
        const again = await callApi(path, { headers });
        expect([again.status, again.bytes.length, again.headers['etag']], path).to.deep.equal([
          304,
          0,
          tag,
        ]);
        expect(again.headers['cache-control']).to.equal(first.headers['cache-control']);
      }
      expect((await callApi(path, { headers: { 'if-none-match': '"other"' } })).status).to.equal(
        200,
      );
      // A date has one second of resolution, and a fetch lands partition by partition.
      expect(first.headers, path).to.not.have.property('last-modified');
      const since = new Date(Date.now() + 86_400_000).toUTCString();
      expect(
        (await callApi(path, { headers: { 'if-modified-since': since } })).status,
        path,
      ).to.equal(200);
    }
  });

  it('are compressed as the client prefers, each encoding with its own ETag', async () => {
    const plain = await fetchRaw('/v1/rates', { 'accept-encoding': 'identity' });
    const tag = String(plain.headers['etag']).slice(1, -1);
    for (const [accepted, encoding] of Object.entries({
      'gzip, deflate, br, zstd': 'br',
      gzip: 'gzip',
      'br;q=0.5, gzip': 'gzip',
      'br;q=0, *': 'gzip',
      'br;q=0.5, identity': undefined,
      'br;q=0, gzip;q=0': undefined,
      deflate: undefined,
    })) {
      const { headers, data } = await fetchRaw('/v1/rates', { 'accept-encoding': accepted });
      expect([headers['content-encoding'], headers['etag']], accepted).to.deep.equal([
        encoding,
        encoding ? `"${tag}-${encoding}"` : `"${tag}"`,
      ]);
      expect(headers['vary'], accepted).to.match(/Accept-Encoding/);
      expect(Number(headers['content-length']), accepted).to.equal(data.length);
      const bytes = encoding === 'br' ? brotliDecompressSync(data) : data;
      expect(encoding === 'gzip' ? gunzipSync(data) : bytes, accepted).to.deep.equal(plain.data);
    }
  });

  it('are revalidated, and probed by HEAD, in the encoding that the client has', async () => {
    const first = await fetchRaw('/v1/rates', { 'accept-encoding': 'br' });
    const tag = String(first.headers['etag']);
    const ask = (accepted: string) =>
      fetchRaw('/v1/rates', { 'accept-encoding': accepted, 'if-none-match': tag });
    const known = await ask('br');
    expect([known.status, known.data.length, known.headers['etag']]).to.deep.equal([304, 0, tag]);
    expect(known.headers).to.not.have.any.keys('content-encoding', 'content-type');
    expect((await ask('gzip')).status).to.equal(200);
    const head = await fetchRaw('/v1/rates', { 'accept-encoding': 'br' }, 'HEAD');
    for (const name of ['content-encoding', 'content-length', 'etag', 'vary'])
      expect(head.headers[name], name).to.equal(first.headers[name]);
    expect(head.data.length).to.equal(0);
    // Ranges are not offered, so the whole response is right.
    const part = await fetchRaw('/v1/rates', { 'accept-encoding': 'br', range: 'bytes=0-9' });
    expect([part.status, part.data]).to.deep.equal([200, first.data]);
  });

  it('stay uncompressed when they are private', async () => {
    const { headers, data } = await fetchRaw('/v2/status', { 'accept-encoding': 'br' });
    expect(data.length).to.be.greaterThan(1024);
    expect(headers).to.not.have.any.keys('content-encoding', 'etag');
  });

  it('are final only for real rates that no catch-up can change; errors are not', async () => {
    const cacheControl = async (path: string) => (await callApi(path)).headers['cache-control'];
    await store('2026-11-16', '129.3');
    const past = ['/v2/rates?date=2026-11-16', '/v2/rates?from=2026-11-16&to=2026-11-16'];
    for (const path of past) expect(await cacheControl(path), path).to.equal('public, no-cache');
    // The switch to real keys: no copy of the simulated day may outlive it.
    await parts.query('delete from daily_rates');
    await store('2026-11-16', '129.3', 'xe');
    await store('2026-11-23', '129.3', 'xe');
    await eventually(async () => {
      for (const path of [...past, '/v2/convert?from=KES&to=USD&amount=1&date=2026-11-16'])
        expect(await cacheControl(path), path).to.equal('public, max-age=86400');
    });
    for (const path of [
      '/v2/rates/latest',
      '/v2/rates?date=2026-11-23',
      '/v2/rates?date=2026-11-22',
      '/v2/rates?date=2026-11-24',
      '/v2/rates',
      '/v1/rates',
      '/v2/observations?date=2026-11-23',
    ])
      expect(await cacheControl(path), path).to.equal('public, no-cache');
    for (const path of [
      '/v2/status',
      '/v2/runs',
      '/v2/loans',
      '/v2/rates?limit=0',
      '/nothing',
      '/readyz',
    ])
      expect(await cacheControl(path), path).to.equal('no-store');
  });

  it('are refreshed when a rate is stored, on every replica', async () => {
    const other = (await parts.api()).url;
    const newest = async (at: string) =>
      (await callApiAt<Rows>(at, '/v2/rates/latest?quotes=KES')).data.data[0]?.rate;
    const old = await callApi('/v2/rates/latest?quotes=KES');
    expect([await newest(url), await newest(other)]).to.deep.equal(['129.3', '129.3']);
    await store('2026-11-24', '130.1');
    await eventually(async () =>
      expect([await newest(url), await newest(other)]).to.deep.equal(['130.1', '130.1']),
    );
    const again = await callApi('/v2/rates/latest?quotes=KES', {
      headers: { 'if-none-match': old.headers['etag'] as string },
    });
    expect(again.status).to.equal(200);
  });

  it('are served without a query until a change is announced', async () => {
    const newest = async () => (await callApi('/v2/rates/latest?quotes=KES')).data.data[0]?.rate;
    const silently = async (mid: string) => {
      await parts.query('alter table daily_rates disable trigger daily_rates_announced');
      await parts.query('update daily_rates set mid = ?', [mid]);
      await parts.query('alter table daily_rates enable trigger daily_rates_announced');
    };
    // Nothing is cached before the service listens, shortly after its start.
    let tries = 0;
    await eventually(async () => {
      const cached = await newest();
      await silently(String(++tries));
      expect(await newest()).to.equal(cached);
    });
    await parts.query("select announce('rates')");
    await eventually(async () => expect(await newest()).to.equal(String(tries)));
  });

  it('do not keep an old stale flag once newer rates are stored', async () => {
    let most = 1;
    const isStale = async () =>
      (await callApi(`/v2/rates?quotes=KES&from=2026-11-23&limit=${most++}`)).data.data[0]?.stale;
    await eventually(async () => {
      await parts.query("select announce('rates')");
      expect([await isStale(), await isStale()]).to.deep.equal([true, true]);
    });
    await store('2026-11-24', '129.4');
    await eventually(async () => expect(await isStale()).to.equal(false));
  });

  it('expire when a rate becomes stale by time alone', async () => {
    await parts.query(
      `update daily_rates
       set observed_at = '2026-11-23T23:00Z', fetched_at = '2026-11-23T23:00:01Z'`,
    );
    // Half a second later the slot of 01:00 has been due for an hour: the cached response must
    // expire then.
    await parts.setClock('2026-11-24T01:59:59.5Z');
    await parts.query("select announce('rates')");
    await eventually(async () =>
      expect((await callApi('/v2/rates/latest')).data.data[0]?.stale).to.equal(false),
    );
    const before = await callApi('/v2/rates/latest');
    await parts.setClock('2026-11-24T02:00:00.5Z');
    await parts.query("select announce('rates')");
    await eventually(async () =>
      expect((await callApi('/v2/rates/latest')).data.data[0]?.stale).to.equal(true),
    );
    const after = await callApi('/v2/rates/latest', {
      headers: { 'if-none-match': before.headers['etag'] as string },
    });
    expect(after.status).to.equal(200);
  });
});
