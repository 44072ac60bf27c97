import { expect } from 'chai';
import { seedLoanBook } from '../../../loans/sample.ts';
import { openDatabase } from '../../../platform/database.ts';
import { loanSummary } from '../../../reports/loan-summary.ts';
import { callApi as callApiAt } from '../../support/contract-client.ts';
import { pipeline } from '../../support/pipeline.ts';

interface Rows {
  data: Record<string, unknown>[];
  meta: {
    as_of: string;
    totals: { label: string; sums: Record<string, string | null> }[];
    notes: string[];
    next_cursor?: string | null;
  };
}

describe('the loan book under /v2', () => {
  let parts: Awaited<ReturnType<typeof pipeline>>;
  let url: string;
  let db: ReturnType<typeof openDatabase>;
  const callApi = async (path: string) => (await callApiAt<Rows>(url, path)).data;
  before(async function () {
    this.timeout(60_000);
    parts = await pipeline();
    db = openDatabase({ url: parts.url, name: 'seed', deadlines: 'none' });
    await seedLoanBook(db);
    await parts.query(
      `insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at, fetched_at, event_id)
       select '2021-10-14', 'USD', quote, 'simulator', 100, '2021-10-14', '2021-10-14', gen_random_uuid() from unnest('{KES,NGN,GHS,UGX}'::text[]) quote`,
    );
    ({ url } = await parts.api());
  });
  after(async () => {
    await db.destroy();
    await parts.stop();
  });

  it('is the report, row for row, whole or in pages', async () => {
    const report = await loanSummary(db, '2021-10-15');
    const whole = await callApi('/v2/reports/loans?as_of=2021-10-15');
    expect(whole.data).to.deep.equal(report.rows);
    expect(whole.meta.totals).to.deep.equal(report.totals);
    const seen: unknown[] = [];
    for (let path: string | null = '/v2/loans?as_of=2021-10-15&limit=1'; path; ) {
      const { data, meta }: Rows = await callApi(path);
      expect(meta.totals).to.deep.equal(report.totals);
      seen.push(...data);
      path = meta.next_cursor
        ? `/v2/loans?as_of=2021-10-15&limit=1&cursor=${meta.next_cursor}`
        : null;
    }
    expect(seen).to.deep.equal(report.rows);
  });

  it('goes on after a loan whatever its name is', async () => {
    await parts.query(
      `insert into loans (loan_id, borrower_id, date_of_release, loan_amount, downpayment, payment_frequency, maturity_date)
       select name, '123fd35', '2021-01-01', 1, 0, 1, '2021-02-01' from unnest(array['a"b\\c', 'a"b\\d', 'é, <x>']) name`,
    );
    const first = await callApi('/v2/loans?as_of=2021-10-15&limit=5');
    const names = (
      await callApi(`/v2/loans?as_of=2021-10-15&limit=5&cursor=${first.meta.next_cursor}`)
    ).data.map(({ loan_id }) => loan_id);
    expect([first.data.at(-1)?.['loan_id'], ...names]).to.deep.equal([
      'a"b\\c',
      'a"b\\d',
      'é, <x>',
    ]);
    await parts.query('delete from loans where loan_amount = 1');
  });

  it('shows one loan, and its days', async () => {
    const { data } = (
      await callApiAt<{ data: Record<string, unknown> }>(
        url,
        '/v2/loans/09u924rbwf?as_of=2021-10-15',
      )
    ).data;
    expect(data).to.include({ loan_id: '09u924rbwf', outstanding_balance: '39425917.9860' });
    const { data: days } = await callApi('/v2/loans/09u924rbwf/history?as_of=2021-10-15');
    expect(days.at(-1)).to.include({ day: '2021-10-15', total_amount_paid: '6359019.0300' });
    for (const path of ['/v2/loans/none', '/v2/loans/none/history'])
      expect((await callApiAt(url, path)).status, path).to.equal(404);
  });

  it('adds up in USD by the rates of the day, and says which', async () => {
    const { meta } = await callApi('/v2/reports/loans?as_of=2021-10-15&in=USD');
    expect(meta.totals.at(-1)?.label).to.equal('total in USD');
    expect(meta.notes.join()).to.contain('rate of 2021-10-14');
    expect(
      (await callApi('/v2/reports/par?as_of=2021-10-15&in=USD')).data.some(
        ({ scope }) => scope === 'book in USD',
      ),
    ).to.equal(true);
  });

  it('tells what one loan missed, with its totals alone, and nothing of a loan that is not there', async () => {
    const of = (loan: string) =>
      callApi(`/v2/reports/missed?as_of=2021-10-15&in=USD&loan_id=${loan}`);
    const whole = await callApi('/v2/reports/missed?as_of=2021-10-15');
    const own = whole.data.filter(({ loan_id }) => loan_id === '32u09wekjbfje');
    expect(own.length).to.be.within(1, whole.data.length - 1);
    const { data, meta } = await of('32u09wekjbfje');
    expect(data).to.deep.equal(own);
    expect(meta.totals.map(({ label }) => label)).to.deep.equal(['total KES', 'total in USD']);
    expect(meta.totals[0]?.sums['amount_unpaid']).to.equal('201580.6666');
    expect((await of('none')).data).to.deep.equal([]);
  });

  it('tells missed instalments and moves between buckets, and wants days in their order', async () => {
    expect((await callApi('/v2/reports/missed?as_of=2021-10-15')).data.length).to.be.greaterThan(0);
    expect(
      (await callApi('/v2/reports/roll?from=2021-08-31&as_of=2021-10-15')).data.length,
    ).to.be.greaterThan(0);
    expect(
      (await callApiAt(url, '/v2/reports/roll?from=2021-10-15&as_of=2021-10-15')).status,
    ).to.equal(400);
  });
});
