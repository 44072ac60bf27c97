import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { callApi } from '../../support/contract-client.ts';
import { pipeline, SEVEN } from '../../support/pipeline.ts';
import type { OldRate } from '../../support/process.ts';
import { readWorkbook } from '../../support/workbook.ts';

type Row = Record<string, string | boolean | null>;
interface Rows {
  data: Row[];
}

const digits = (most: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: most })
    .map((each) => each.join(''));
const mid = fc
  .tuple(fc.integer({ min: 1, max: 99_999 }), digits(10))
  .map(([whole, places]) => `${whole}.${places}`);

describe('the rates of a day', () => {
  let parts: Awaited<ReturnType<typeof pipeline>>;
  let url: string;
  before(async function () {
    this.timeout(60_000);
    parts = await pipeline();
    ({ url } = await parts.api());
  });
  after(() => parts.stop());

  it('are the same as latest, date, range, CSV, workbook and under /v1', async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(fc.array(mid, { minLength: 7, maxLength: 7 }), async (mids) => {
        await parts.query('truncate daily_rates');
        for (const [at, currency] of SEVEN.entries())
          await parts.query(
            `insert into daily_rates
               (rate_date, base_currency, quote_currency, source, mid, observed_at, fetched_at,
                event_id)
             values ('2026-11-23', 'USD', ?, 'simulator', ?, '2026-11-23T00:00:00Z',
                     '2026-11-23T01:00:02.5Z', gen_random_uuid())`,
            [currency, mids[at] as string],
          );
        await waitUntilServed(mids[6] as string);
        const json = async (path: string) => byQuote((await callApi<Rows>(url, path)).data.data);
        const latest = await json('/v2/rates/latest');
        expect(Object.values(latest).map(({ rate }) => rate)).to.have.members(mids);
        expect(await json('/v2/rates?date=2026-11-23')).to.deep.equal(latest);
        expect(await json('/v2/rates?from=2026-11-23&to=2026-11-23')).to.deep.equal(latest);

        const csv = parse((await callApi(url, '/v2/rates/latest.csv')).bytes, {
          columns: true,
          bom: true,
        }) as Row[];
        expect(byQuote(csv)).to.deep.equal(byQuote(Object.values(latest).map(asText)));

        const [sheet] = readWorkbook(
          (await callApi(url, '/v2/rates/latest', { headers: { accept: XLSX } })).bytes,
        );
        const [header, ...lines] = sheet?.rows ?? [];
        expect(header).to.deep.equal(Object.keys(Object.values(latest)[0] as Row));
        for (const line of lines) {
          const [, quote, rate, inverse, day] = line;
          const row = latest[String(quote)] as Row;
          expect([Number(rate), Number(inverse), day]).to.deep.equal([
            Number(row['rate']),
            Number(row['inverse']),
            'day:2026-11-23',
          ]);
          const marks = line.slice(header?.indexOf('suspect'));
          expect(marks.map((mark) => typeof mark)).to.deep.equal(Array(4).fill('boolean'));
        }

        const old = await callApi<OldRate[]>(url, '/v1/rates');
        const text = old.bytes.toString();
        for (const [at, currency] of SEVEN.entries()) {
          const inverse = latest[currency]?.['inverse'];
          expect(text).to.contain(
            `"USD_to_currency_rate":${inverse},"currency_to_USD_rate":${mids[at]},` +
              `"currency_to":"${currency}"`,
          );
        }
      }),
      { numRuns: 10 },
    );
  });

  it('are complete in a file, where JSON has pages of a thousand rows', async () => {
    await parts.query(`
      insert into daily_rates
        (rate_date, base_currency, quote_currency, source, mid, observed_at, fetched_at, event_id)
      select date '2020-01-01' + n, 'USD', 'KES', 'simulator', 129,
             timestamptz '2020-01-01' + n * interval '1 day',
             timestamptz '2020-01-01' + n * interval '1 day', gen_random_uuid()
      from generate_series(0, 1199) n`);
    const range = '?from=2020-01-01&to=2023-04-14&quotes=KES';
    const page = await callApi<Rows & { meta: { next_cursor: string | null } }>(
      url,
      `/v2/rates${range}`,
    );
    expect(page.data.data).to.have.length(1000);
    expect(page.data.meta.next_cursor).to.be.a('string');
    const lines = async (query: string) =>
      parse((await callApi(url, `/v2/rates.csv${query}`)).bytes, { bom: true }).length - 1;
    expect(await lines(range)).to.equal(1200);
    expect(await lines(`${range}&limit=10`)).to.equal(10);
    await parts.query(`delete from daily_rates where rate_date < '2023-06-01'`);
  });

  it('have the format of the path suffix, or without one that of Accept', async () => {
    const type = async (path: string, accept?: string) =>
      (await callApi(url, path, accept ? { headers: { accept } } : {})).headers['content-type'];
    expect(await type('/v2/rates/latest.csv', 'application/json')).to.equal(
      'text/csv; charset=utf-8; header=present',
    );
    expect(await type('/v2/rates/latest', 'text/csv;q=0.9, application/json;q=0.1')).to.match(
      /^text\/csv/,
    );
    expect(await type('/v2/rates/latest', 'text/html, */*')).to.match(/^application\/json/);
    const { headers } = await callApi(url, '/v2/rates/latest');
    expect(headers['vary']).to.equal('Accept, Accept-Encoding');
  });

  /** Waits until the cache has noticed rates that were changed in the table. */
  async function waitUntilServed(last: string): Promise<void> {
    for (;;)
      if ((await callApi<Rows>(url, '/v2/rates/latest?quotes=EGP')).data.data[0]?.['rate'] === last)
        return;
  }
});

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const byQuote = (rows: readonly Row[]) =>
  Object.fromEntries(rows.map((row) => [String(row['quote']), row]));
const asText = (row: Row) =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)])) as Row;
