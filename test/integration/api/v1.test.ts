import axios from 'axios';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.ts';
import { type PipelineOptions, pipeline, SEVEN } from '../../support/pipeline.ts';
import { get } from '../../support/process.ts';

interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  request_id: string;
}

describe('the API', () => {
  let parts: Awaited<ReturnType<typeof pipeline>>;
  let url: string;
  const using = async (options?: PipelineOptions) => {
    parts = await pipeline(options);
    ({ url } = await parts.api());
    return parts;
  };
  afterEach(() => parts.stop());

  const store = (day: string, currency: string, mid: string, fetched = `${day}T01:00:02.345Z`) =>
    parts.query(
      `insert into daily_rates
         (rate_date, base_currency, quote_currency, source, mid, observed_at, fetched_at, event_id)
       values (?, 'USD', ?, 'simulator', ?, ?, ?, gen_random_uuid())`,
      [day, currency, mid, `${day}T00:00:00Z`, fetched],
    );
  const problem = async (path: string, method = 'GET'): Promise<[number, string, Problem]> => {
    const { status, headers, data } = await axios.request<Problem>({
      url: `${url}${path}`,
      method,
      validateStatus: () => true,
    });
    return [status, String(headers['content-type']), data];
  };

  describe('GET /v1/rates', () => {
    it('returns the exact bytes that old clients know, oldest day first', async () => {
      await using();
      await store('2026-11-24', 'KES', '129.1500000000');
      await store('2026-11-23', 'KES', '129.3');
      await store('2026-11-23', 'UGX', '3600.0000000001');
      const response = await get(`${url}/v1/rates`);
      expect(response?.status).to.equal(200);
      expect(response?.text).to.equal(
        '[{"id":20780404,"timestamp":"2026-11-23T01:00:02.345Z","currency_from":"USD",' +
          '"USD_to_currency_rate":0.007733952049497293,' +
          '"currency_to_USD_rate":129.3,"currency_to":"KES"},' +
          '{"id":20780800,"timestamp":"2026-11-23T01:00:02.345Z","currency_from":"USD",' +
          '"USD_to_currency_rate":0.000277777777777770,' +
          '"currency_to_USD_rate":3600.0000000001,"currency_to":"UGX"},' +
          '{"id":20781404,"timestamp":"2026-11-24T01:00:02.345Z","currency_from":"USD",' +
          '"USD_to_currency_rate":0.007742934572202865,' +
          '"currency_to_USD_rate":129.1500000000,"currency_to":"KES"}]',
      );
    });

    it('accepts the currency in either case, and returns [] without rates', async () => {
      await using();
      await store('2026-11-23', 'KES', '129.3');
      expect((await get<unknown[]>(`${url}/v1/rates?currency=kes`))?.data).to.have.length(1);
      expect((await get<unknown[]>(`${url}/v1/rates?currency=KES`))?.data).to.have.length(1);
      expect((await get(`${url}/v1/rates?currency=NGN`))?.text).to.equal('[]');
    });

    it('returns the observation time of a rate that was fetched on another day', async () => {
      await using();
      await store('2026-11-23', 'KES', '129.3', '2026-11-24T01:00:02.345Z');
      expect((await get<{ timestamp: string }[]>(`${url}/v1/rates`))?.data[0]?.timestamp).to.equal(
        '2026-11-23T00:00:00Z',
      );
    });

    it('refuses an unknown currency or parameter and names the known ones', async () => {
      await using();
      const known = 'NGN, GHS, KES, UGX, MAD, XOF, EGP';
      for (const [query, detail] of [
        ['currency=abc', `currency: use one of ${known} (got "abc")`],
        ['currency=', `currency: use one of ${known} (got "")`],
        ['currency=KES&currency=NGN', `currency: use one of ${known} (got ["KES","NGN"])`],
        ['curency=KES', 'unknown parameter curency: the known one is currency'],
        ['currency[x]=KES', 'unknown parameter currency[x]: the known one is currency'],
      ]) {
        const [status, type, body] = await problem(`/v1/rates?${query}`);
        expect([status, type]).to.deep.equal([400, 'application/problem+json; charset=utf-8']);
        expect(body).to.include({
          type: '/docs/errors/invalid-parameter',
          title: 'Invalid parameter',
          status: 400,
          detail,
        });
      }
    });
  });

  describe('/v1/rates/update', () => {
    it('responds once the fetched rates are readable', async () => {
      const { consumer, producer, simulator, startClock } = await using();
      await startClock('2026-11-24T02:00:00Z');
      await consumer();
      producer();
      for (const method of ['GET', 'POST']) {
        const { status, data } = await axios.request({ method, url: `${url}/v1/rates/update` });
        expect([status, data]).to.deep.equal([200, { success: true }]);
        expect((await get<unknown[]>(`${url}/v1/rates`))?.data).to.have.length(7);
      }
      expect(simulator.calls()).to.be.within(2, 3);
    });

    it('is not triggered by a HEAD request', async () => {
      await using();
      const { status, headers } = await axios.head(`${url}/v1/rates/update`, {
        validateStatus: () => true,
      });
      expect([status, headers['allow']]).to.deep.equal([405, 'GET, POST']);
      expect(await parts.runs()).to.deep.equal([]);
    });

    it('returns the result of the last run within the cooldown, also of a failed one', async () => {
      const { consumer, producer, simulator, query, startClock } = await using({
        cooldownSeconds: 60,
      });
      await startClock('2026-11-24T02:00:00Z');
      await consumer();
      producer();
      await eventually(async () =>
        expect((await parts.runs())[0]).to.include({ state: 'confirmed' }),
      );
      expect((await axios.post(`${url}/v1/rates/update`)).data).to.deep.equal({ success: true });
      expect(simulator.calls()).to.equal(1);
      await query("update runs set state = 'failed', error = 'XE: has refused'");
      const refused = await axios.post(`${url}/v1/rates/update`, null, {
        validateStatus: () => true,
      });
      expect([refused.status, refused.data.success]).to.deep.equal([400, false]);
      expect(refused.data.detail).to.match(
        /^XE: has refused; result of the run of 02:00:\d\d UTC, .* possible at 02:01:\d\d UTC$/,
      );
    });

    it('returns 400 with the reason when the budget is spent', async () => {
      const { consumer, producer } = await using({ dailyBudget: 3 });
      await consumer();
      producer();
      const { status, data } = await axios.post(`${url}/v1/rates/update`, null, {
        validateStatus: () => true,
      });
      expect([status, data]).to.deep.equal([
        400,
        {
          success: false,
          detail:
            'not enough for another run: 0 of 3 used today, a run costs 7; ' +
            'raise XE_DAILY_BUDGET to 7 or more',
        },
      ]);
    });

    for (const [fault, detail] of [
      ['503', 'XE: expected status 200, got 503'],
      ['html', 'XE: expected JSON'],
    ] as const)
      it(`returns 400 without the page that came in place of JSON (${fault})`, async () => {
        const { consumer, producer, simulator } = await using();
        simulator.setFault(fault);
        await consumer();
        producer();
        const { status, data } = await axios.post(`${url}/v1/rates/update`, null, {
          validateStatus: () => true,
        });
        expect([status, data]).to.deep.equal([400, { success: false, detail }]);
        const runs = await parts.runs();
        expect(JSON.stringify(runs), 'the run keeps it').to.contain('<html>');
      });

    it('returns 202 with the location of the run after ten seconds', async function () {
      this.timeout(30_000);
      await using();
      const { status, data, headers } = await axios.post(`${url}/v1/rates/update`);
      const [run] = await parts.query<{ run_id: string }>('select run_id from runs');
      expect([status, data, headers['location']]).to.deep.equal([
        202,
        { success: false, detail: 'still running' },
        `/v2/runs/${run?.run_id}`,
      ]);
    });

    it('requires the token where one is set', async () => {
      const apiToken = 'a-token-of-thirty-two-characters!';
      const { consumer, producer } = await using({ apiToken });
      await consumer();
      producer();
      const trigger = async (authorization?: string) =>
        (
          await axios.post(`${url}/v1/rates/update`, null, {
            headers: { ...(authorization && { authorization }) },
            validateStatus: () => true,
          })
        ).status;
      expect(await trigger()).to.equal(401);
      expect(await trigger('Bearer wrong')).to.equal(401);
      expect(await trigger(`Basic ${apiToken}`)).to.equal(401);
      expect(await trigger(`Bearer ${apiToken}`)).to.equal(200);
      expect((await get(`${url}/v1/rates`))?.status).to.equal(200);
    });
  });

  /** A rate of this minute for each currency: nothing is stale. */
  const storeFreshRates = () =>
    parts.query(
      `insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
                                fetched_at, event_id)
       select (now() at time zone 'UTC')::date, 'USD', quote, 'simulator', 129, now(), now(),
              gen_random_uuid()
       from unnest(?::text[]) quote`,
      [SEVEN],
    );

  describe('health', () => {
    it('is ok when every part is; without a heartbeat it is degraded with the reason', async () => {
      await using();
      expect((await get(`${url}/livez`))?.data).to.deep.equal({ status: 'ok' });
      await storeFreshRates();
      expect((await get(`${url}/readyz`))?.data).to.deep.equal({
        status: 'degraded',
        checks: {
          postgres: null,
          producer: 'not running: no heartbeat from a producer for 20 s',
          consumer: 'not running: no heartbeat from a consumer for 20 s',
          rates: null,
        },
      });
      await parts.query(
        `insert into services select s, 'test', now(), now(), '{"trouble":null}'
         from unnest(array['producer','consumer']) s`,
      );
      expect((await get(`${url}/readyz`))?.data).to.deep.equal({
        status: 'ok',
        checks: { postgres: null, producer: null, consumer: null, rates: null },
      });
      await parts.query(
        `update services set health = '{"trouble":"kafka: no broker"}' where service = 'consumer'`,
      );
      expect((await get<{ checks: object }>(`${url}/readyz`))?.data.checks).to.include({
        consumer: 'kafka: no broker',
      });
    });

    it('is 503 with the reason during an outage of Postgres, and recovers after it', async () => {
      await using();
      parts.network.cut();
      await eventually(async () => expect((await problem('/readyz'))[0]).to.equal(503));
      const [status, type, body] = await problem('/v1/rates');
      expect([status, type]).to.deep.equal([503, 'application/problem+json; charset=utf-8']);
      expect(body.detail).to.match(/^the database is unavailable/);
      expect((await get(`${url}/livez`))?.status).to.equal(200);
      parts.network.restore();
      await eventually(async () => expect((await get(`${url}/v1/rates`))?.status).to.equal(200));
    });
  });

  describe('every other response', () => {
    it('is a problem document: unknown paths, wrong methods, malformed URLs', async () => {
      await using();
      const { request_id, ...unknown } = (await problem('/v3'))[2];
      expect(request_id).to.match(/^[0-9a-f-]{36}$/);
      expect(unknown).to.deep.equal({
        type: '/docs/errors/not-found',
        title: 'Not found',
        status: 404,
        detail: 'there is nothing at /v3',
      });
      const wrong = await axios.delete(`${url}/v1/rates`, { validateStatus: () => true });
      expect([wrong.status, wrong.headers['allow'], wrong.headers['content-type']]).to.deep.equal([
        405,
        'GET, HEAD, OPTIONS',
        'application/problem+json; charset=utf-8',
      ]);
      expect((await problem('/%')).slice(0, 2)).to.deep.equal([
        404,
        'application/problem+json; charset=utf-8',
      ]);
    });

    it('names no software and has a strict content security policy', async () => {
      await using();
      const { headers } = await axios.get(url);
      expect(headers).to.not.have.property('x-powered-by');
      expect(headers['content-security-policy']).to.equal(
        "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;" +
          "connect-src 'self';frame-ancestors 'none';base-uri 'none';form-action 'self'",
      );
    });
  });
});
