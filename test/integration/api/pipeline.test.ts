import { expect } from 'chai';
import { freePort } from '../../../platform/embedded-postgres/server.ts';
import { startHealthServer } from '../../../platform/health-server.ts';
import { metrics } from '../../../platform/metrics.ts';
import { type CallOptions, callApi as callApiAt } from '../../support/contract-client.ts';
import { eventually } from '../../support/eventually.ts';
import { type PipelineOptions, pipeline, SEVEN } from '../../support/pipeline.ts';
import { get } from '../../support/process.ts';
import { quiet } from '../../support/quiet.ts';

interface Run {
  run_id: string;
  trigger: string;
  state: string;
  reason: string | null;
  cost: number;
}
interface DeadLetter {
  id: string;
  state: string;
  redrive_asked_at: string | null;
  redrive_error: string | null;
  value_base64: string | null;
}

const requestCount = (route: string, status: number) => {
  const labels = `method="GET",route="${route}",status="${status}"`;
  return new RegExp(`^http_request_duration_seconds_count\\{${labels}\\} \\d`, 'm');
};

describe('the pipeline under /v2', () => {
  let parts: Awaited<ReturnType<typeof pipeline>>;
  let url: string;
  const using = async (options?: PipelineOptions) => {
    parts = await pipeline(options);
    ({ url } = await parts.api());
    return parts;
  };
  const callApi = async <Data>(path: string, asking?: CallOptions) =>
    callApiAt<{ data: Data; meta: { next_cursor: string | null } }>(url, path, asking);
  const pull = (headers: Record<string, string> = {}) =>
    callApi<Run>('/v2/runs', { method: 'POST', headers });
  afterEach(() => parts.stop());

  it('files a manual run at once and returns its location', async () => {
    await using();
    const { status, headers, data } = await pull();
    expect([status, data.data.state, data.data.trigger]).to.deep.equal([202, 'due', 'manual']);
    expect(headers['location']).to.equal(`/v2/runs/${data.data.run_id}`);
    expect((await callApi<Run>(headers['location'] as string)).data.data.run_id).to.equal(
      data.data.run_id,
    );
  });

  it('waits for the end of the run with Prefer: wait, and the rates are readable', async () => {
    const { consumer, producer } = await using();
    await consumer();
    producer();
    const { status, headers, data } = await pull({ prefer: 'respond-async, wait=20' });
    expect([status, headers['preference-applied'], data.data.state]).to.deep.equal([
      200,
      'wait=20',
      'confirmed',
    ]);
    expect((await callApi<unknown[]>('/v2/rates/latest')).data.data).to.have.length(7);
    const response = await callApi(`/v2/runs/${data.data.run_id}/answer`);
    expect(response.bytes.toString()).to.match(/"quotecurrency"/);
  });

  it('returns a failed run when the budget is spent', async () => {
    const { consumer, producer } = await using({ dailyBudget: 3 });
    await consumer();
    producer();
    const { status, data } = await pull({ prefer: 'wait=20' });
    expect([status, data.data.state]).to.deep.equal([200, 'failed']);
    expect(data.data.reason).to.match(/not enough for another run: 0 of 3 used/);
    const unwaited = await pull();
    expect([unwaited.status, unwaited.data.data.state]).to.deep.equal([202, 'failed']);
  });

  it('lists runs newest first, in pages', async () => {
    const { query } = await using();
    await query(
      `insert into runs (source, trigger, currencies, state, asked_at)
       select 'simulator', 'manual', '{KES}', 'confirmed', now() - n * interval '1 hour'
       from generate_series(1, 5) n`,
    );
    const seen: Run[] = [];
    for (let path: string | null = '/v2/runs?limit=2'; path; ) {
      const { data, meta }: { data: Run[]; meta: { next_cursor: string | null } } = (
        await callApi<Run[]>(path)
      ).data;
      seen.push(...data);
      path = meta.next_cursor && `/v2/runs?limit=2&cursor=${meta.next_cursor}`;
    }
    const expected = await query<{ run_id: string }>(
      'select run_id from runs order by asked_at desc',
    );
    expect(seen.map(({ run_id }) => run_id)).to.deep.equal(expected.map(({ run_id }) => run_id));
    expect((await callApi<Run[]>('/v2/runs?source=xe')).data.data).to.deep.equal([]);
  });

  it('redrives a dead letter; one that fails again stays open with the reason', async () => {
    const { consumer, stream } = await using();
    await consumer();
    await stream.publish('fx.rates.v1', [
      { key: Buffer.from('USD-KES'), value: Buffer.from([0, 255]), headers: {} },
    ]);
    await eventually(async () =>
      expect((await callApi<DeadLetter[]>('/v2/dead-letters?state=open')).data.data).to.have.length(
        1,
      ),
    );
    const [letter] = (await callApi<DeadLetter[]>('/v2/dead-letters')).data.data as [DeadLetter];
    expect(
      (await callApi<DeadLetter>(`/v2/dead-letters/${letter.id}`)).data.data.value_base64,
    ).to.equal('AP8=');
    const redrive = await callApi<DeadLetter>(`/v2/dead-letters/${letter.id}/redrive`, {
      method: 'POST',
    });
    expect([redrive.status, redrive.headers['location']]).to.deep.equal([
      202,
      `/v2/dead-letters/${letter.id}`,
    ]);
    await eventually(async () => {
      const { state, redrive_asked_at, redrive_error } = (
        await callApi<DeadLetter>(`/v2/dead-letters/${letter.id}`)
      ).data.data;
      expect([state, redrive_asked_at]).to.deep.equal(['open', null]);
      expect(redrive_error).to.be.a('string');
    });
    await parts.query("update dead_letters set state = 'redriven'");
    expect(
      (await callApi(`/v2/dead-letters/${letter.id}/redrive`, { method: 'POST' })).status,
    ).to.equal(409);
    expect((await callApi('/v2/dead-letters/99/redrive', { method: 'POST' })).status).to.equal(404);
  });

  it('closes a dead letter once', async () => {
    const { consumer, stream } = await using();
    await consumer();
    await stream.publish('fx.rates.v1', [{ key: 'USD-KES', value: Buffer.from([0, 255]) }]);
    await eventually(async () =>
      expect((await callApi<DeadLetter[]>('/v2/dead-letters?state=open')).data.data).to.have.length(
        1,
      ),
    );
    const [letter] = (await callApi<DeadLetter[]>('/v2/dead-letters')).data.data as [DeadLetter];
    const close = () =>
      callApi<DeadLetter>(`/v2/dead-letters/${letter.id}/close`, { method: 'POST' });
    const closed = await close();
    expect([closed.status, closed.data.data.state]).to.deep.equal([200, 'closed']);
    expect((await close()).status).to.equal(409);
  });

  it('reports the status, with each problem in a sentence', async () => {
    const { consumer, producer, setClock } = await using();
    await setClock('2026-11-24T02:30:00Z');
    type Status = {
      trouble: string[];
      currencies: { quote: string; stale: boolean; age_seconds: number | null }[];
      next_slot: string;
      spent_today: number;
    };
    const status = async () => (await callApi<Status>('/v2/status')).data.data;
    expect((await status()).trouble).to.include(
      'producer: not running: no heartbeat from a producer for 20 s',
    );
    expect((await status()).trouble[0]).to.match(/^rates: no rate is stored for NGN, GHS/);
    await consumer();
    producer();
    await eventually(async () =>
      expect((await parts.runs())[0]).to.include({ state: 'confirmed' }),
    );
    const healthy = await status();
    expect(healthy).to.include({ next_slot: '2026-11-24T23:00:00.000Z', spent_today: 7 });
    expect(healthy.currencies.map(({ stale }) => stale)).to.deep.equal(Array(7).fill(false));
  });

  it('is degraded, with the fix, while real rates are stored and no keys are set', async () => {
    const { consumer, producer, setClock } = await using();
    await setClock('2026-11-28T02:30:00Z');
    await parts.query(
      `insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
                                fetched_at, event_id)
       select '2026-11-24', 'USD', quote, 'xe', 129, '2026-11-24T01:00Z', '2026-11-24T01:00:01Z',
              gen_random_uuid()
       from unnest(?::text[]) quote`,
      [SEVEN],
    );
    await consumer();
    producer();
    await eventually(async () =>
      expect((await parts.runs()).at(-1)).to.include({ state: 'confirmed' }),
    );
    const { currencies, problems } = (
      await callApi<{
        currencies: { stale: boolean }[];
        problems: { code: string; fix: string }[];
      }>('/v2/status')
    ).data.data;
    expect(currencies.map(({ stale }) => stale)).to.deep.equal(Array(7).fill(true));
    const codes = problems.map(({ code }) => code);
    expect(codes).to.include('credentials_missing').and.include('rates_stale');
    expect(problems[0]?.fix).to.match(/set XE_ACCOUNT_ID and XE_API_KEY/);
    const ready = JSON.parse((await get(`${url}/readyz`))?.text ?? '{}');
    expect(ready.status).to.equal('degraded');
    expect(ready.checks.rates).to.match(/no credentials are set/);
    const text = (await get(`${url}/metrics`))?.text ?? '';
    expect(text)
      .to.match(/^fx_provider_keys_missing 1/m)
      .and.match(/^fx_rate_stale\{quote="KES"\} 1/m);
    // A gauge that is not known is absent: 0 rates left would raise an alarm.
    expect(text).to.not.match(/^fx_last_success_timestamp_seconds 0/m);
  });

  it('exports no figure that is not known: no quota, no lag, no time of a success', async () => {
    await using();
    metrics.lag.reset();
    const samples = (await get(`${url}/metrics`))?.text
      .split('\n')
      .filter((line) => line.startsWith('fx_'))
      .map((line) => line.replace(/[{ ].*/, ''));
    expect(samples).to.include('fx_schedule_missed_total').and.include('fx_rate_stale');
    for (const name of [
      'fx_provider_quota_remaining',
      'fx_last_success_timestamp_seconds',
      'fx_rate_age_seconds',
      'fx_consumer_lag_records',
    ])
      expect(samples).to.not.include(name);
  });

  it('exports metrics by route, and on a service’s own port too', async () => {
    const { consumer, producer } = await using();
    await consumer();
    producer();
    await pull({ prefer: 'wait=20' });
    await callApi('/v2/rates/KES/NGN');
    await callApi('/nothing/here');
    await parts.query(
      `insert into daily_rates
         (rate_date, base_currency, quote_currency, source, mid, observed_at, fetched_at, event_id)
       select rate_date, 'USD', 'ZAR', source, mid, observed_at, fetched_at, event_id
       from daily_rates limit 1`,
    );
    const text = (await get(`${url}/metrics`))?.text ?? '';
    for (const line of [
      /^fx_fetch_total\{outcome="ok"\} \d/m,
      /^fx_fetch_duration_seconds_count [1-9]/m,
      /^fx_last_success_timestamp_seconds 1\.?\d+/m,
      /^fx_rate_age_seconds\{quote="KES"\} \d/m,
      /^fx_events_published_total [1-9]/m,
      /^fx_events_consumed_total\{result="inserted"\} [1-9]/m,
      /^fx_schedule_missed_total 0/m,
      requestCount('\\/v2\\/rates\\/\\{base\\}\\/\\{currency\\}', 200),
      requestCount('none', 404),
    ])
      expect(text).to.match(line);
    for (const name of [
      'fx_provider_quota_remaining',
      'fx_consumer_lag_records',
      'fx_dead_letters_total',
    ])
      expect(text).to.contain(`# TYPE ${name} `);
    expect(text).to.not.contain('KES/NGN').and.not.contain('nothing/here');
    expect(text, 'a currency that is no longer fetched').to.not.contain('quote="ZAR"');

    metrics.lag.set({ partition: 2 }, 5);
    const port = await freePort();
    const own = await startHealthServer({
      host: '127.0.0.1',
      port,
      log: quiet,
      health: async () => ({ trouble: null, code: null }),
      refreshMetrics: () => Promise.reject(new Error('away')),
    });
    const response = await get(`http://127.0.0.1:${port}/metrics`);
    expect(response?.status).to.equal(200);
    expect(response?.text).to.include('fx_consumer_lag_records{partition="2"} 5');
    await own.stop();
  });
});
