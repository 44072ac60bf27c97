import axios from 'axios';
import { expect } from 'chai';
import { type CallOptions, callApi as callApiAt } from '../../support/contract-client.ts';
import { eventually } from '../../support/eventually.ts';
import { pipeline, SEVEN } from '../../support/pipeline.ts';
import { readWorkbook } from '../../support/workbook.ts';

interface Row {
  base: string;
  quote: string;
  rate: string | null;
  inverse: string | null;
  rate_date: string;
  stale: boolean;
  suspect: boolean;
  derived: boolean;
}
interface Rows<Of = Row> {
  data: Of[];
  meta: {
    missing_dates?: string[];
    missing_quotes?: string[];
    next_cursor?: string | null;
    simulated?: boolean;
    next_slot?: string;
  };
}
interface Problem {
  type: string;
  detail: string;
  errors?: { pointer: string }[];
  allowed?: string[];
}

const encodeCursor = (...keys: string[]) => Buffer.from(keys.join('\0')).toString('base64url');

describe('rates under /v2', () => {
  let parts: Awaited<ReturnType<typeof pipeline>>;
  let url: string;
  const callApi = <Data>(path: string, asking?: CallOptions) => callApiAt<Data>(url, path, asking);
  const store = (day: string, currency: string, mid: string) =>
    parts.query(
      `with stored as (
         insert into rate_observations
           (event_id, run_id, source, base_currency, quote_currency, mid, observed_at, fetched_at)
         values (gen_random_uuid(), 'test', 'simulator', 'USD', ?, ?, ?, ?) returning *
       )
       insert into daily_rates
         (rate_date, base_currency, quote_currency, source, mid, observed_at, fetched_at,
          event_id)
       select ?, base_currency, quote_currency, source, mid, observed_at, fetched_at, event_id
       from stored
       on conflict on constraint daily_rates_pkey do update
       set mid = excluded.mid, observed_at = excluded.observed_at,
           fetched_at = excluded.fetched_at, event_id = excluded.event_id`,
      [currency, mid, `${day}T01:00:00Z`, `${day}T01:00:02.345Z`, day],
    );
  const removeDay = async (day: string) => {
    await parts.query('delete from daily_rates where rate_date = ?', [day]);
    await parts.query('delete from rate_observations where observed_at::date = ?', [day]);
  };

  before(async function () {
    this.timeout(60_000);
    parts = await pipeline();
    await parts.setClock('2026-11-24T02:30:00Z');
    for (const [day, currency, mid] of [
      ['2026-11-20', 'KES', '129.1500000000'],
      ['2026-11-20', 'NGN', '1536.0000000000'],
      ['2026-11-22', 'KES', '129.25'],
      ['2026-11-23', 'KES', '129.3'],
      ['2026-11-23', 'UGX', '3600.0000000001'],
      ['2026-11-24', 'KES', '190.2'],
      ['2026-11-24', 'NGN', '1543.21'],
    ] as const)
      await store(day, currency, mid);
    ({ url } = await parts.api());
  });
  after(() => parts.stop());

  it('returns the latest rate of each currency, with its own day and every digit', async () => {
    const { data, meta } = (await callApi<Rows>('/v2/rates/latest')).data;
    expect(
      data.map(({ quote, rate, rate_date, suspect }) => [quote, rate, rate_date, suspect]),
    ).to.deep.equal([
      ['NGN', '1543.21', '2026-11-24', false],
      ['KES', '190.2', '2026-11-24', true],
      ['UGX', '3600.0000000001', '2026-11-23', false],
    ]);
    expect(meta).to.deep.include({
      simulated: true,
      next_slot: '2026-11-24T23:00:00.000Z',
      missing_quotes: ['GHS', 'MAD', 'XOF', 'EGP'],
    });
  });

  it('marks a currency as stale an hour after a slot that brought no newer rate', async () => {
    const stale = async () =>
      (await callApi<Rows>('/v2/rates/latest?quotes=kes,NGN')).data.data.map((row) => row.stale);
    const at = async (instant: string) => {
      await parts.setClock(instant);
      await parts.query("select announce('rates')");
    };
    // Fetched at 01:00 for the slot of 01:00, the last one that was due an hour ago.
    expect(await stale()).to.deep.equal([false, false]);
    await at('2026-11-24T23:59:00Z');
    await eventually(async () => expect(await stale()).to.deep.equal([false, false]));
    await at('2026-11-25T00:01:00Z');
    await eventually(async () => expect(await stale()).to.deep.equal([true, true]));
    // A confirmed run whose rates are old changes nothing: freshness is about rates, not runs.
    await parts.query(
      `insert into runs (source, trigger, slot, state, currencies, fetched_at, ended_at)
       select 'simulator', 'schedule', slot, 'confirmed', ?, slot, slot
       from (values (timestamptz '2026-11-24T23:00Z')) as _ (slot)`,
      [SEVEN],
    );
    await at('2026-11-25T00:02:00Z');
    await eventually(async () => expect(await stale()).to.deep.equal([true, true]));
    await parts.query('delete from runs');
    await at('2026-11-24T02:30:00Z');
    await eventually(async () => expect(await stale()).to.deep.equal([false, false]));
  });

  it('returns a day, with a gap as null, as the previous rate or as an error', async () => {
    const of = async (more: string) =>
      (await callApi<Rows>(`/v2/rates?date=2026-11-23&quotes=KES,NGN${more}`)).data;
    const shown = ({ data }: Rows) =>
      data.map(({ quote, rate, rate_date }) => [quote, rate, rate_date]);
    expect(shown(await of(''))).to.deep.equal([
      ['KES', '129.3', '2026-11-23'],
      ['NGN', null, '2026-11-23'],
    ]);
    expect((await of('')).meta.missing_quotes).to.deep.equal(['NGN']);
    expect(shown(await of('&on_missing=null'))).to.deep.equal(shown(await of('')));
    expect(shown(await of('&on_missing=previous'))[1]).to.deep.equal([
      'NGN',
      '1536.0000000000',
      '2026-11-20',
    ]);
    const { status, data } = await callApi<Problem>(
      '/v2/rates?date=2026-11-23&quotes=KES,NGN&on_missing=error',
    );
    expect([status, data.type, data.detail]).to.deep.equal([
      404,
      '/docs/errors/no-rate',
      'there is no rate of 2026-11-23 for USD/NGN; ' +
        'the last day before that has one is 2026-11-20: use it, or on_missing=previous',
    ]);
  });

  it('returns a range, oldest first, in pages, with the days without a rate', async () => {
    const seen: string[] = [];
    let path: string | undefined = '/v2/rates?from=2026-11-20&to=2026-11-24&quotes=KES,NGN&limit=2';
    for (let pages = 0; path; pages++) {
      const { data, headers }: { data: Rows; headers: Record<string, string> } =
        await callApi<Rows>(path);
      expect(pages).to.be.below(4);
      seen.push(...data.data.map(({ quote, rate_date }) => `${rate_date} ${quote}`));
      expect(data.meta.missing_dates).to.deep.equal(['2026-11-21', '2026-11-22', '2026-11-23']);
      const next: string | undefined = /<(.*)>; rel="next"/.exec(headers['link'] ?? '')?.[1];
      // Relative to the address of the page, so that it holds under a path prefix too.
      path = next && `/v2/rates${next}`;
      expect(data.meta.next_cursor === null).to.equal(path === undefined);
    }
    expect(seen).to.deep.equal([
      '2026-11-20 KES',
      '2026-11-20 NGN',
      '2026-11-22 KES',
      '2026-11-23 KES',
      '2026-11-24 KES',
      '2026-11-24 NGN',
    ]);
    expect((await callApi<Rows>('/v2/rates')).data.data).to.have.length(7);
  });

  it('aggregates a range by week and month, and flags partial ones', async () => {
    interface Bucket {
      from: string;
      to: string;
      min: string;
      max: string;
      avg: string;
      last: string;
      last_date: string;
      count: number;
      days: number;
      partial: boolean;
    }
    const of = async (group: string, range = '') =>
      (await callApi<Rows<Bucket>>(`/v2/rates?group=${group}&quotes=KES${range}`)).data.data;
    expect(
      (await of('month')).map(({ from, to, min, max, last, last_date, count, days, partial }) => ({
        from,
        to,
        min,
        max,
        last,
        last_date,
        count,
        days,
        partial,
      })),
    ).to.deep.equal([
      {
        from: '2026-11-01',
        to: '2026-11-30',
        min: '129.1500000000',
        max: '190.2',
        last: '190.2',
        last_date: '2026-11-24',
        count: 4,
        days: 30,
        partial: true,
      },
    ]);
    expect((await of('week')).map(({ from, count, avg }) => [from, count, avg])).to.deep.equal([
      ['2026-11-16', 2, '129.200000000000000000'],
      ['2026-11-23', 2, '159.750000000000000000'],
    ]);
    expect((await of('day', '&from=2026-11-23&to=2026-11-23'))[0]).to.include({
      from: '2026-11-23',
      to: '2026-11-23',
      count: 1,
      partial: false,
    });
  });

  it('rounds an average once to 18 decimals; in a workbook it is a number', async () => {
    // 448.75 / 3 and 3269.0 / 15: avg() would end in zeros.
    const path = '?from=2026-11-22&to=2026-11-24&group=month&quotes=KES';
    const [bucket] = (await callApi<Rows<{ avg: string }>>(`/v2/rates${path}`)).data.data;
    expect(bucket?.avg).to.equal('149.583333333333333333');
    const [sheet] = readWorkbook((await callApi(`/v2/rates.xlsx${path}`)).bytes);
    const cell = (name: string) => sheet?.rows[1]?.[sheet.rows[0]?.indexOf(name) ?? -1];
    expect([cell('avg'), cell('last')]).to.deep.equal([149.5833333333, 190.2]);
    const inverse = path.replace('quotes=KES', 'base=KES&quotes=USD');
    const [small] = readWorkbook((await callApi(`/v2/rates.xlsx${inverse}`)).bytes);
    expect(small?.rows[1]?.[6]).to.equal(0.006909506503602);
  });

  it('says which days were averaged, and that a month is partial until it is over', async () => {
    interface Bucket {
      from: string;
      first_date: string;
      last_date: string;
      count: number;
      partial: boolean;
    }
    const of = async (query: string) => {
      const { data } = await callApi<Rows<Bucket>>(`/v2/rates?quotes=KES&${query}`);
      return data.data.map(({ from, first_date, last_date, count, partial }) => [
        ...[from, first_date, last_date, count, partial],
      ]);
    };
    expect(await of('from=2026-11-21&group=month')).to.deep.equal([
      ['2026-11-01', '2026-11-22', '2026-11-24', 3, true],
    ]);
    // Every day so far has a rate, but today may get another.
    expect(await of('from=2026-11-22&group=day')).to.deep.equal([
      ['2026-11-22', '2026-11-22', '2026-11-22', 1, false],
      ['2026-11-23', '2026-11-23', '2026-11-23', 1, false],
      ['2026-11-24', '2026-11-24', '2026-11-24', 1, true],
    ]);
  });

  it('keeps the order of the quotes within a day and a month, in pages too', async () => {
    const range = 'from=2026-11-20&to=2026-11-20&quotes=NGN,KES';
    for (const more of ['', '&group=month']) {
      const first = (await callApi<Rows>(`/v2/rates?${range}${more}&limit=1`)).data;
      const rest = await callApi<Rows>(
        `/v2/rates?${range}${more}&limit=1&cursor=${first.meta.next_cursor}`,
      );
      const seen = [...first.data, ...rest.data.data].map(({ quote }) => quote);
      expect(seen, more).to.deep.equal(['NGN', 'KES']);
      expect(rest.data.meta.next_cursor, more).to.equal(null);
      const { status, data } = await callApi<{ detail: string }>(
        `/v2/rates?${range.replace('NGN,KES', 'KES,NGN')}${more}&cursor=${first.meta.next_cursor}`,
      );
      expect([status, data.detail], more).to.deep.equal([
        400,
        'cursor: use meta.next_cursor of the page before',
      ]);
    }
  });

  it('calls a rate stale that is more than 7 days older than the day asked for', async () => {
    await store('2026-11-10', 'EGP', '30.9');
    const of = async (date: string) => {
      const query = `date=${date}&on_missing=previous`;
      const { data: day } = await callApi<Rows>(`/v2/rates?quotes=EGP&${query}`);
      const { data: one } = await callApi<{ data: Row }>(
        `/v2/convert?from=USD&to=EGP&amount=1&${query}`,
      );
      expect(one.data.stale).to.equal(day.data[0]?.stale);
      return one.data.stale;
    };
    await store('2026-11-24', 'EGP', '31');
    expect([await of('2026-11-17'), await of('2026-11-18')]).to.deep.equal([false, true]);
    for (const table of ['daily_rates', 'rate_observations'])
      await parts.query(`delete from ${table} where quote_currency = 'EGP'`);
  });

  it('derives cross rates and inverse pairs from rates of the same day', async () => {
    const pair = async (path: string) =>
      (await callApi<{ data: Row }>(`/v2/rates/${path}`)).data.data;
    expect(await pair('USD/KES')).to.include({
      rate: '190.2',
      inverse: '0.005257623554153523',
      derived: false,
    });
    expect(await pair('kes/usd')).to.include({
      rate: '0.005257623554153523',
      inverse: '190.2',
      derived: true,
    });
    expect(await pair('KES/NGN')).to.include({
      rate: '8.113617245005257624',
      rate_date: '2026-11-24',
      derived: true,
      suspect: true,
    });
    // The newest day on which both have a rate.
    expect(await pair('UGX/KES')).to.include({
      rate: '0.035916666666665669',
      rate_date: '2026-11-23',
    });
    expect(await pair('KES/KES')).to.include({ rate: '1', inverse: '1', suspect: false });
    expect(await pair('USD/USD')).to.include({ rate: '1', rate_date: '2026-11-24' });
    expect(await pair('KES/NGN?date=2026-11-23')).to.include({
      rate: null,
      rate_date: '2026-11-23',
    });
    expect(await pair('KES/NGN?date=2026-11-23&on_missing=previous')).to.include({
      rate: '11.893147502903600465',
      rate_date: '2026-11-20',
    });
    expect((await callApi('/v2/rates/KES/EGP')).status).to.equal(404);
  });

  it('converts exactly, rounds to minor units, and returns the rate and its day', async () => {
    const convert = async (query: string) =>
      (await callApi<{ data: Record<string, unknown> }>(`/v2/convert?${query}`)).data.data;
    expect(await convert('from=USD&to=UGX&amount=0.5')).to.include({
      result: '1800',
      rate: '3600.0000000001',
      rate_date: '2026-11-23',
    });
    expect(await convert('from=KES&to=USD&amount=1000000.05&date=2026-11-23')).to.include({
      result: '7733.95',
      rate_date: '2026-11-23',
    });
    expect(
      await convert('from=USD&to=KES&amount=999999999999999.9999999999&date=2026-11-20'),
    ).to.include({
      result: '129150000000000000.00',
    });
    expect(await convert('from=USD&to=USD&amount=1.005')).to.include({ result: '1.01', rate: '1' });
    expect((await callApi('/v2/convert?from=USD&to=NGN&amount=1&date=2026-11-23')).status).to.equal(
      404,
    );
  });

  it('lists every observation of a day', async () => {
    await store('2026-11-24', 'KES', '129.4');
    const first = (
      await callApi<Rows<{ quote: string; rate: string; run_id: string }>>(
        '/v2/observations?date=2026-11-24&limit=2',
      )
    ).data;
    const rest = (
      await callApi<Rows<{ rate: string }>>(
        `/v2/observations?date=2026-11-24&limit=2&cursor=${first.meta.next_cursor}`,
      )
    ).data;
    expect([...first.data, ...rest.data].map(({ rate }) => rate)).to.have.members([
      '190.2',
      '129.4',
      '1543.21',
    ]);
    expect(rest.meta.next_cursor).to.equal(null);
    await parts.query(
      `update daily_rates set mid = 190.2
       where rate_date = '2026-11-24' and quote_currency = 'KES'`,
    );
  });

  describe('with a second source', () => {
    before(async () => {
      await parts.query(`
        with second as (
          insert into rate_observations
            (event_id, run_id, source, base_currency, quote_currency, mid, observed_at, fetched_at)
          select gen_random_uuid(), 'second', 'simulator-openexchangerates', base_currency,
            quote_currency, mid * case quote_currency when 'KES' then 1.02 else 0.998 end,
            rate_date + interval '9 hours', rate_date + interval '9 hours'
          from daily_rates where rate_date in ('2026-11-20', '2026-11-23')
          returning *
        )
        insert into second_rates (rate_date, base_currency, quote_currency, source, mid,
          observed_at, fetched_at, event_id)
        select (observed_at at time zone 'UTC')::date, base_currency, quote_currency, source, mid,
          observed_at, fetched_at, event_id
        from second`);
    });
    after(async () => {
      await parts.query('delete from second_rates');
      await parts.query("delete from rate_observations where run_id = 'second'");
    });
    const RANGE = 'from=2026-11-20&to=2026-11-23';
    const COLUMNS = [
      ...['rate_date', 'quote', 'rate', 'source', 'observed_at', 'second_source', 'second_rate'],
      ...['second_observed_at', 'difference', 'suspect', 'diverges'],
    ];

    it('shows the quality of each day as JSON, in pages', async () => {
      type Quality = Rows<Record<string, unknown> & { quote: string }>;
      const { data } = await callApi<Quality>(`/v2/quality?${RANGE}`);
      expect(
        data.data.map((row) => [row['rate_date'], row.quote, row['difference']]),
      ).to.deep.equal([
        ['2026-11-20', 'KES', '0.02000000'],
        ['2026-11-20', 'NGN', '-0.00200000'],
        ['2026-11-22', 'KES', null],
        ['2026-11-23', 'KES', '0.02000000'],
        ['2026-11-23', 'UGX', '-0.00200000'],
      ]);
      expect(Object.keys(data.data[0] ?? {})).to.deep.equal(COLUMNS);
      expect(data.data[0]).to.include({
        ...{ rate: '129.1500000000', second_source: 'simulator-openexchangerates' },
        ...{ suspect: false, diverges: true },
      });
      expect(data.data.map((row) => row['diverges'])).to.deep.equal([
        ...[true, false, false, true, false],
      ]);
      const first = (await callApi<Quality>(`/v2/quality?${RANGE}&limit=2&quotes=KES`)).data;
      const cursor = `&cursor=${first.meta.next_cursor}`;
      const rest = (await callApi<Quality>(`/v2/quality?${RANGE}&limit=2&quotes=KES${cursor}`))
        .data;
      expect([first.data.length, rest.data.length, rest.meta.next_cursor]).to.deep.equal([
        ...[2, 1, null],
      ]);
      expect((await callApi('/v2/quality?from=2026-11-24&to=2026-11-20')).status).to.equal(400);
    });

    it('shows it as CSV and as a workbook', async () => {
      const csv = await axios.get(`${url}/v2/quality.csv?${RANGE}`);
      expect(csv.headers['content-disposition']).to.equal(
        'attachment; filename="fx-quality_2026-11-20_2026-11-23.csv"',
      );
      const lines = String(csv.data).trim().split(/\r?\n/);
      expect(lines[0]).to.match(new RegExp(`${COLUMNS.join(',')}$`));
      expect(lines[1]).to.equal(
        '2026-11-20,KES,129.1500000000,simulator,2026-11-20T01:00:00Z,' +
          'simulator-openexchangerates,131.733000000000,2026-11-20T09:00:00Z,0.02000000,false,true',
      );
      expect(lines).to.have.length(6);
      const { data } = await axios.get(`${url}/v2/quality.xlsx?${RANGE}`, {
        responseType: 'arraybuffer',
      });
      const [sheet] = readWorkbook(Buffer.from(data));
      expect(sheet?.rows[0]).to.deep.equal(COLUMNS);
      expect(sheet?.rows).to.have.length(6);
    });

    it('says with each observation how far it is from the rate of its day', async () => {
      type Row = { quote: string; source: string; difference: string | null; diverges: boolean };
      const { data } = await callApi<Rows<Row>>('/v2/observations?date=2026-11-23');
      expect(
        data.data.map(({ quote, source, difference, diverges }) => [
          ...[quote, source.length, difference, diverges],
        ]),
      ).to.deep.equal([
        ['KES', 9, null, true],
        ['UGX', 9, null, false],
        ['KES', 27, '0.02000000', true],
        ['UGX', 27, '-0.00200000', false],
      ]);
    });

    it('marks a conversion and a cross rate that use a rate which diverges', async () => {
      const ask = async (path: string) =>
        JSON.stringify((await callApi(`/v2/${path}`)).data).match(/"diverges":(true|false)/)?.[1];
      expect(await ask('convert?from=USD&to=KES&amount=1&date=2026-11-23')).to.equal('true');
      expect(await ask('convert?from=KES&to=UGX&amount=1&date=2026-11-23')).to.equal('true');
      expect(await ask('convert?from=USD&to=UGX&amount=1&date=2026-11-23')).to.equal('false');
    });
  });

  it('says where the rate of one currency is', async () => {
    for (const path of ['/v2/rates/kes', '/v2/rates/KES.csv']) {
      const { status, data } = await callApi<{ detail: string }>(path);
      expect(status).to.equal(404);
      expect(data.detail).to.equal(
        'there is nothing at /v2/rates/' +
          `${path.slice(10, 13)}: use /v2/rates?quotes=KES or /v2/rates/USD/KES`,
      );
    }
    expect((await callApi('/v2/rates/USD/KES')).status).to.equal(200);
    expect((await callApi('/v2/rates?quotes=KES')).status).to.equal(200);
  });

  it('accepts a list as repeated parameters, and with spaces after the commas', async () => {
    const quotesOf = async (query: string) =>
      (await callApi<Rows>(`/v2/rates/latest?${query}`)).data.data.map(({ quote }) => quote);
    expect(await quotesOf('quotes=KES&quotes=NGN')).to.deep.equal(['KES', 'NGN']);
    expect(await quotesOf('quotes=KES,%20NGN')).to.deep.equal(['KES', 'NGN']);
  });

  it('flags a jump from the last rate of the previous seven days as suspect', async () => {
    await store('2026-11-10', 'EGP', '30.9');
    await store('2026-11-12', 'EGP', '49.5');
    await store('2026-11-20', 'EGP', '90');
    const { data } = (await callApi<Rows>('/v2/rates?from=2026-11-10&to=2026-11-20&quotes=EGP'))
      .data;
    expect(data.map(({ rate, suspect }) => [rate, suspect])).to.deep.equal([
      ['30.9', false],
      ['49.5', true],
      ['90', false],
    ]);
    const suspect = async (path: string) =>
      (await callApi<{ data: { suspect: boolean } }>(path)).data.data.suspect;
    expect(await suspect('/v2/convert?from=USD&to=EGP&amount=1&date=2026-11-12')).to.equal(true);
    const csv = (await callApi('/v2/rates.csv?date=2026-11-12&quotes=EGP')).bytes.toString();
    expect(csv).to.match(/EGP,49\.5,.*,simulator,true,/);
    const [bucket] = (
      await callApi<Rows<{ suspect: boolean; last: string }>>(
        '/v2/rates?from=2026-11-01&to=2026-11-12&group=month&quotes=EGP',
      )
    ).data.data;
    expect(bucket).to.include({ suspect: true, last: '49.5' });
    await parts.query("delete from daily_rates where quote_currency = 'EGP'");
  });

  it('ignores a rate dated far ahead when it looks for the latest one', async () => {
    await store('2099-01-01', 'KES', '999');
    await store('2027-01-01', 'NGN', '999');
    const { data } = (await callApi<Rows>('/v2/rates/latest?quotes=KES,NGN')).data;
    expect(data.map(({ rate }) => rate)).to.deep.equal(['190.2', '1543.21']);
    const status = await callApi<{ data: { currencies: { quote: string; rate_date: string }[] } }>(
      '/v2/status',
    );
    expect(status.status).to.equal(200);
    expect(status.data.data.currencies.find(({ quote }) => quote === 'KES')?.rate_date).to.equal(
      '2026-11-24',
    );
    await parts.query("delete from daily_rates where rate_date > '2026-12-01'");
    await parts.query("delete from rate_observations where observed_at > '2026-12-01'");
  });

  it('converts at the last rate before a gap on request; else the 404 names its day', async () => {
    const convert = '/v2/convert?from=USD&to=NGN&amount=100&date=2026-11-23';
    const refused = await callApi<Problem & { last_date: string }>(convert);
    expect([refused.status, refused.data.last_date]).to.deep.equal([404, '2026-11-20']);
    const { data } = await callApi<{ data: { result: string; rate_date: string } }>(
      `${convert}&on_missing=previous`,
    );
    expect(data.data).to.include({ result: '153600.00', rate_date: '2026-11-20' });
  });

  it('has a wide layout for files: a row per day and a column per currency', async () => {
    const path = '/v2/rates.csv?from=2026-11-01&to=2026-11-30&quotes=KES,NGN&layout=wide';
    const { bytes, headers } = await callApi(path);
    expect(headers['content-disposition']).to.equal(
      'attachment; filename="fx-rates-by-currency_KES-NGN_2026-11.csv"',
    );
    const lines = bytes
      .toString()
      .replace(/^\uFEFF/, '')
      .trim()
      .split(/\r?\n/);
    expect(lines[0]).to.equal('rate_date,KES,NGN,source,suspect,stale,diverges');
    expect(lines).to.include(
      '2026-11-20,129.1500000000,1536.0000000000,simulator,false,false,false',
    );
    expect(lines).to.include('2026-11-22,129.25,,simulator,false,false,false');
    expect(lines.at(-1)).to.equal('2026-11-24,190.2,1543.21,simulator,KES,false,false');
  });

  it('marks the days of a wide workbook with booleans, or with the currencies', async () => {
    const path = '/v2/rates.xlsx?from=2026-11-20&to=2026-11-24&quotes=KES,NGN&layout=wide';
    const [sheet] = readWorkbook((await callApi(path)).bytes);
    expect(sheet?.rows[1]?.slice(4)).to.deep.equal([false, false, false]);
    expect(sheet?.rows.at(-1)?.slice(4)).to.deep.equal(['KES', false, false]);
  });

  it('names every source of a day in the wide layout', async () => {
    await store('2026-11-19', 'KES', '129.1');
    await store('2026-11-19', 'NGN', '1536');
    const day = "rate_date = '2026-11-19'";
    await parts.query(
      `update daily_rates set source = 'simulator-openexchangerates' where ${day} and mid = 1536`,
    );
    const path = '/v2/rates.csv?from=2026-11-19&to=2026-11-19&quotes=KES,NGN&layout=wide';
    const expected = '2026-11-19,129.1,1536,simulator simulator-openexchangerates,';
    expect((await callApi(path)).bytes.toString()).to.include(expected);
    await removeDay('2026-11-19');
  });

  it('refuses to cut a day of the wide layout', async () => {
    const path = '/v2/rates.csv?from=2026-11-20&to=2026-11-24&quotes=KES,NGN&layout=wide';
    expect((await callApi(`${path}&limit=7`)).status).to.equal(200);
    const cut = await callApi<Problem>(`${path}&limit=5`);
    expect([cut.status, cut.data.errors?.[0]?.pointer]).to.deep.equal([400, '#/query/limit']);
    const cursor = encodeCursor('2026-11-20', 'KES', 'KES,NGN');
    const page = await callApi<Problem>(`${path}&cursor=${cursor}`);
    expect([page.status, page.data.errors?.[0]?.pointer]).to.deep.equal([400, '#/query/cursor']);
  });

  it('divides by the published rate: its inverse is rounded', async () => {
    await store('2026-11-19', 'NGN', '1200');
    // 1806 / 1200 = 1.505; 1806 × 0.000833333333333333 is less.
    const path = '/v2/convert?from=NGN&to=USD&amount=1806&date=2026-11-19';
    const { data } = await callApi<{ data: { result: string } }>(path);
    expect(data.data.result).to.equal('1.51');
    await removeDay('2026-11-19');
  });

  it('lists the currencies with their minor units and days', async () => {
    const { data } = (
      await callApi<
        Rows<{ code: string; minor_units: number; days: number; first_date: string | null }>
      >('/v2/currencies')
    ).data;
    expect(
      data.map(({ code, minor_units, days, first_date }) => [code, minor_units, days, first_date]),
    ).to.deep.equal([
      ['USD', 2, 4, '2026-11-20'],
      ['NGN', 2, 2, '2026-11-20'],
      ['GHS', 2, 0, null],
      ['KES', 2, 4, '2026-11-20'],
      ['UGX', 0, 1, '2026-11-23'],
      ['MAD', 2, 0, null],
      ['XOF', 0, 0, null],
      ['EGP', 2, 0, null],
    ]);
  });

  for (const [query, pointer, detail] of [
    [
      '/v2/rates/latest?quote=KES',
      '#/query/quote',
      'unknown parameter quote: the known ones are base, quotes, layout',
    ],
    [
      '/v2/rates/latest?quotes=KES,ABC',
      '#/query/quotes',
      'quotes: use one of USD, NGN, GHS, KES, UGX, MAD, XOF, EGP (got "ABC")',
    ],
    ['/v2/rates/latest?quotes=', '#/query/quotes', undefined],
    ['/v2/rates/latest?base=KES&base=NGN', '#/query/base', 'base: give it once, not several times'],
    ['/v2/rates/latest?quotes[a]=KES', '#/query/quotes[a]', undefined],
    [
      '/v2/rates?date=2026-02-30',
      '#/query/date',
      'date: this day does not exist, use one like 2026-11-24 (got "2026-02-30")',
    ],
    [
      '/v2/rates?date=2026-11-23&from=2026-11-01',
      '#/query/from',
      'from: use it without date, or date alone',
    ],
    [
      '/v2/rates?on_missing=error',
      '#/query/on_missing',
      'on_missing: use it together with date, for example date=2026-11-24',
    ],
    [
      '/v2/rates?from=2026-11-24&to=2026-11-23',
      '#/query/from',
      'from: use a day up to 2026-11-23 (got 2026-11-24)',
    ],
    ['/v2/rates?from=2000-01-01&to=2026-11-23', '#/query/from', undefined],
    [
      '/v2/rates?limit=1001',
      '#/query/limit',
      'limit: use a whole number from 1 to 1000 (got 1001)',
    ],
    ['/v2/rates?limit=x', '#/query/limit', 'limit: use a whole number from 1 to 1000 (got "x")'],
    [`/v2/rates?cursor=${encodeCursor('2026-02-30', 'KES')}`, '#/query/cursor', undefined],
    [
      `/v2/observations?date=2026-11-24&cursor=${encodeCursor('2026-11-24T25:00:00Z', 'KES', 'x')}`,
      '#/query/cursor',
      undefined,
    ],
    [
      '/v2/rates?cursor=WyJ4Il0',
      '#/query/cursor',
      'cursor: use meta.next_cursor of the page before',
    ],
    ['/v2/rates/USD/ABC', '#/path/currency', undefined],
    ['/v2/observations', '#/query/date', 'date is missing: use YYYY-MM-DD, for example 2026-11-24'],
    ...['rates?', 'rates/USD/KES?', 'observations?', 'convert?from=USD&to=KES&amount=1&'].map(
      (path) =>
        [
          `/v2/${path}date=2031-01-01`,
          '#/query/date',
          'date: use a day up to tomorrow in UTC, 2026-11-25 (got 2031-01-01)',
        ] as const,
    ),
    [
      '/v2/convert?from=USD&to=KES&amount=-5',
      '#/query/amount',
      'amount: must not be negative, use one like 1250.50 (got "-5")',
    ],
    ['/v2/convert?from=USD&to=KES&amount=1e3', '#/query/amount', undefined],
    [
      '/v2/convert?from=USD&to=KES&amount=1,250.50',
      '#/query/amount',
      'amount: use a plain decimal without thousands separators, ' +
        'for example 1250.50 (got "1,250.50")',
    ],
  ] as const) {
    it(`refuses ${query} and points at the fault`, async () => {
      const { status, data, headers } = await callApi<Problem>(query);
      expect([status, data.type, headers['cache-control']]).to.deep.equal([
        400,
        '/docs/errors/invalid-parameter',
        'no-store',
      ]);
      expect(data.errors?.map((fault) => fault.pointer)).to.include(pointer);
      if (detail) expect(data.detail).to.equal(detail);
    });
  }
});
