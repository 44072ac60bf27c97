import { expect } from 'chai';
import { seedLoanBook } from '../../../loans/sample.ts';
import { openDatabase } from '../../../platform/database.ts';
import { callApi as callApiAt } from '../../support/contract-client.ts';
import { pipeline } from '../../support/pipeline.ts';
import { readLoans } from '../../support/read-report.ts';
import { readWorkbook } from '../../support/workbook.ts';

interface Rows {
  data: Record<string, unknown>[];
  meta: {
    as_of: string;
    totals: { label: string; sums: Record<string, string | null> }[];
    notes: string[];
    is_sample: boolean;
    tolerance: string;
    count?: number;
    rates?: Record<string, unknown>[];
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
      `insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
                                fetched_at, event_id)
       select '2021-10-14', 'USD', quote, 'simulator', 100, '2021-10-14', '2021-10-14',
              gen_random_uuid()
       from unnest('{KES,NGN,GHS,UGX}'::text[]) quote`,
    );
    ({ url } = await parts.api());
  });
  after(async () => {
    await db.destroy();
    await parts.stop();
  });

  it('has headers without a body for HEAD, as a workbook too, and goes on', async () => {
    for (const ending of ['csv', 'xlsx']) {
      const path = `/v2/loans.${ending}?as_of=2021-10-15&status=in_arrears`;
      const { headers } = await fetch(url + path, { method: 'HEAD' });
      const name = `loan-book_loans_in_arrears_2021-10-15.${ending}`;
      expect(headers.get('content-disposition')).to.equal(`attachment; filename="${name}"`);
    }
    // A workbook that was begun without a reader would end the process by now.
    expect((await callApiAt(url, '/v2/loans.xlsx?as_of=2021-10-15')).status).to.equal(200);
  });

  it('is the report, row for row, whole or in pages', async () => {
    const report = await readLoans(db, '2021-10-15', { withTotals: true });
    const whole = await callApi('/v2/reports/loans?as_of=2021-10-15');
    expect(whole.data).to.deep.equal(report.rows);
    expect(whole.meta.totals).to.deep.equal(report.totals);
    const seen: unknown[] = [];
    for (let path: string | null = '/v2/loans?as_of=2021-10-15&limit=1'; path; ) {
      const { data, meta }: Rows = await callApi(path);
      expect([meta.totals, meta.count]).to.deep.equal([[], 4]);
      seen.push(...data);
      path = meta.next_cursor
        ? `/v2/loans?as_of=2021-10-15&limit=1&cursor=${meta.next_cursor}`
        : null;
    }
    expect(seen).to.deep.equal(report.rows);
    const { meta } = await callApi('/v2/loans?as_of=2021-10-15&limit=1&totals=true');
    expect(meta.totals).to.deep.equal(report.totals);
  });

  it('is filtered and sorted by the same parameters as the command, in pages too', async () => {
    const ids = async (query: string) => {
      const { data, meta } = await callApi(`/v2/loans?as_of=2021-10-15&${query}`);
      return { ids: data.map(({ loan_id }) => loan_id), count: meta.count };
    };
    const late = { ids: ['32u09wekjbfje'], count: 1 };
    expect(await ids('status=in_arrears')).to.deep.equal(late);
    expect(await ids('branch=KENYA&min_days=30&currency=kes')).to.deep.equal(late);
    expect(await ids('branch=1&min_days=50')).to.deep.equal({ ids: [], count: 0 });
    expect(await ids('find=NIG%20john&sort=outstanding')).to.deep.equal({
      ids: ['9190i0-nbfb', '3240-9rfwb'],
      count: 2,
    });
    const seen: unknown[] = [];
    for (let cursor = ''; ; ) {
      const path = `/v2/loans?as_of=2021-10-15&sort=days-past-due:asc&limit=1${cursor}`;
      const { data, meta } = await callApi(path);
      seen.push(...data.map(({ loan_id }) => loan_id));
      if (!meta.next_cursor) break;
      cursor = `&cursor=${meta.next_cursor}`;
    }
    expect(seen).to.deep.equal(['09u924rbwf', '3240-9rfwb', '9190i0-nbfb', '32u09wekjbfje']);
  });

  it('gives the columns that are asked for, in that order, in every format', async () => {
    const path = '?as_of=2021-10-15&status=in_arrears&columns=status,loan_id,days-past-due';
    expect((await callApi(`/v2/loans${path}`)).data).to.deep.equal([
      { status: 'in_arrears', loan_id: '32u09wekjbfje', current_days_past_due: 49 },
    ]);
    const { bytes, headers } = await callApiAt(url, `/v2/loans.csv${path}`);
    expect(bytes.toString()).to.equal(
      'status,loan_id,current_days_past_due\nin_arrears,32u09wekjbfje,49\n',
    );
    expect(headers['content-disposition']).to.equal(
      'attachment; filename="loan-book_loans_in_arrears_2021-10-15.csv"',
    );
  });

  it('refuses what is not a column, and USD where there are no totals', async () => {
    for (const query of ['sort=profit', 'columns=loan_id,profit', 'sort=loan_id:up', 'status=late'])
      expect((await callApiAt(url, `/v2/loans?${query}`)).status, query).to.equal(400);
    for (const path of ['/v2/loans.csv', '/v2/reports/loans.csv', '/v2/reports/missed.csv']) {
      const { status, data } = await callApiAt<{ detail: string }>(url, `${path}?in=USD`);
      expect([status, data.detail.includes('a CSV has no totals')], path).to.deep.equal([
        400,
        true,
      ]);
    }
  });

  it('states the limits of the book with every report', async () => {
    await parts.query(`
      update loan_book set tolerance = 0.01, is_sample = true, notes = '[
        {"code": "sample"}, {"code": "tolerance", "amount": "0.0100"},
        {"code": "rejected_rows", "count": 4, "loans": 2,
         "files": {"payment_schedule.csv": 3, "loan.csv": 1}}]'`);
    const notes = [
      'SAMPLE book: the example data of this project, not a real portfolio.',
      '3 instalments and 1 loan were rejected when this book was loaded; 2 loans affected.',
      'Tolerance 0.01: an instalment short by no more counts as covered.',
    ];
    for (const path of [
      '/v2/loans',
      '/v2/loans/09u924rbwf',
      '/v2/loans/09u924rbwf/history',
      '/v2/reports/loans',
      '/v2/reports/missed',
      '/v2/reports/par',
      '/v2/reports/roll?from=2021-08-31',
    ]) {
      const { data, headers } = await callApiAt<Rows>(url, path);
      expect(data.meta, path).to.deep.include({ is_sample: true, tolerance: '0.0100' });
      const [about = '', ...limits] = data.meta.notes;
      expect(about, path).to.contain(` as of the close of ${data.meta.as_of}`);
      expect(limits, path).to.deep.equal(notes);
      expect(headers['x-report-notes'], path).to.equal([about, ...notes].join(' | '));
      const [bare, query = ''] = path.split('?');
      const csv = await callApiAt(url, `${bare}.csv?${query}`);
      expect(csv.headers['x-report-notes'], path).to.equal([about, ...notes].join(' | '));
      const [sheet] = readWorkbook((await callApiAt(url, `${bare}.xlsx?${query}`)).bytes);
      expect(sheet?.rows.slice(-4), path).to.deep.equal([about, ...notes].map((note) => [note]));
    }
    const { data } = await callApiAt<{ data: object }>(url, '/v2/loan-book');
    expect(data.data).to.deep.include({ notes, is_sample: true, tolerance: '0.0100', loans: 4 });
    expect(data.data).to.deep.include({ warnings: notes.slice(1, 2) });
    const limits = ['sample', 'rejected_rows', 'tolerance'].map((code, at) => ({
      ...{ code, text: notes[at] },
    }));
    expect(data.data).to.deep.include({ limits });
    const counted = ['no_schedule', 'schedule_below_principal', 'schedule_above_principal'];
    const codes = [...counted, 'term_differs', 'before_release', 'voided_payments'];
    await parts.query('update loan_book set tolerance = 0, is_sample = false, notes = ?', [
      JSON.stringify(codes.map((code) => ({ code, count: 1 }))),
    ]);
    expect((await callApi('/v2/reports/par')).meta.notes.slice(1, -1)).to.deep.equal([
      '1 loan without instalments: outstanding balance unknown, not in PAR.',
      '1 loan with instalments that add up to less than LoanAmount.',
      '1 loan with interest in the instalments: ' +
        'outstanding_balance includes it, principal_outstanding does not.',
      '1 loan with another number of instalments than Term.',
      'Instalments or payments dated before the release of their loan: 1.',
      'Payments voided by a reversal, as if never received: 1.',
    ]);
    const ids = Array.from({ length: 10 }, (_, at) => `L${at}`);
    await parts.query('update loan_book set notes = ?', [
      JSON.stringify(
        codes.slice(0, 2).map((code, at) => ({
          ...{ code, count: 1 + 11 * at, loan_ids: at === 0 ? ['a\u001b[2Jb'] : ids },
        })),
      ),
    ]);
    expect((await callApi('/v2/reports/par')).meta.notes.slice(1, -1)).to.deep.equal([
      '1 loan without instalments (a [2Jb): outstanding balance unknown, not in PAR.',
      '12 loans with instalments that add up to less than LoanAmount ' +
        '(L0, L1, L2, L3, L4, L5, L6, L7, L8, L9 and 2 more).',
    ]);
    await parts.query(`update loan_book set notes = '[]'`);
  });

  it('states its day and filters, and when that day lies in the future', async () => {
    const query = 'as_of=2090-01-31&status=in_arrears&branch=kenya&min_days=31&find=jane';
    const about =
      'Report loans as of the close of 2090-01-31, status in_arrears, branch kenya, ' +
      '31 or more days past due, containing "jane".';
    const future =
      '2090-01-31 lies in the future: ' +
      'the figures are what they would be if nothing were paid until then.';
    const { meta } = await callApi(`/v2/loans?${query}`);
    expect(meta.notes.slice(0, 3)).to.deep.equal([about, 'No loan matches.', future]);
    const csv = await callApiAt(url, `/v2/loans.csv?${query}`);
    expect(csv.headers['x-report-notes']).to.contain(`${about} | ${future} | `);
    expect(csv.headers['content-disposition']).to.equal(
      'attachment; ' +
        'filename="loan-book_loans_in_arrears_kenya_min-31-days_find-jane_2090-01-31.csv"',
    );
    for (const path of ['/v2/reports/par', '/v2/reports/missed', '/v2/reports/loans'])
      expect((await callApi(`${path}?as_of=2090-01-31`)).meta.notes[1], path).to.equal(future);
    expect((await callApi('/v2/reports/par?as_of=2021-10-15')).meta.notes.join()).to.not.contain(
      'future',
    );
  });

  it('refuses a branch or currency that the book does not have; no match is a result', async () => {
    interface Problem {
      detail: string;
      errors: { pointer: string }[];
    }
    for (const ending of ['', '.csv', '.xlsx'])
      for (const [name, given, expected] of [
        ['branch', 'kenia', /^branch: use one of .*kenya \(\d+\).* \(got "kenia"\)$/i],
        ['currency', 'KSH', /^currency: use one of .*KES.* \(got "KSH"\)$/],
      ] as const) {
        const path = `/v2/loans${ending}?as_of=2021-10-15&${name}=${given}`;
        const { status, data } = await callApiAt<Problem>(url, path);
        expect(status, path).to.equal(400);
        const problem = Buffer.isBuffer(data) ? JSON.parse(String(data)) : data;
        expect(problem.detail, path).to.match(expected);
        expect(problem.errors[0].pointer, path).to.equal(`#/query/${name}`);
      }
    const none = 'as_of=2021-10-15&branch=1&min_days=5000';
    expect((await callApi(`/v2/loans?${none}`)).meta.notes[1]).to.equal('No loan matches.');
    const [sheet] = readWorkbook((await callApiAt(url, `/v2/loans.xlsx?${none}`)).bytes);
    expect(sheet?.rows.slice(1).flat()).to.include('No loan matches.');
  });

  it('names the newest day with activity on which loans are open', async () => {
    const { data } = await callApiAt<{ data: object }>(url, '/v2/loan-book');
    expect(data.data).to.include({ last_activity: '2024-04-16', opening_day: '2024-03-16' });
    // Another book has another day, although the day of a book is kept.
    await parts.query(
      "update loan_payments set date_paid = '2024-05-01' where date_paid = '2024-04-16'",
    );
    await parts.query('update loan_book set loaded_at = now()');
    const next = await callApiAt<{ data: object }>(url, '/v2/loan-book');
    expect(next.data.data).to.include({ last_activity: '2024-05-01' });
    await seedLoanBook(db);
  });

  it('goes on after a loan whatever its name is', async () => {
    await parts.query(
      `insert into loans (loan_id, borrower_id, date_of_release, loan_amount)
       select name, '123fd35', '2021-01-01', 1
       from unnest(array['a"b\\c', 'a"b\\d', 'é, <x>']) name`,
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
    expect(meta.rates?.[0]).to.deep.equal({
      ...{ currency: 'KES', rate: '100', rate_date: '2021-10-14' },
      ...{ source: 'simulator', simulated: true, suspect: false, diverges: false },
    });
    expect(
      (await callApi('/v2/reports/par?as_of=2021-10-15&in=USD')).data.some(
        ({ scope }) => scope === 'book in USD',
      ),
    ).to.equal(true);
  });

  it('lists what one loan missed, with its own totals; nothing of an unknown loan', async () => {
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

  it('lists missed instalments and moves between buckets; refuses days in reverse', async () => {
    expect((await callApi('/v2/reports/missed?as_of=2021-10-15')).data.length).to.be.greaterThan(0);
    expect(
      (await callApi('/v2/reports/roll?from=2021-08-31&as_of=2021-10-15')).data.length,
    ).to.be.greaterThan(0);
    expect(
      (await callApiAt(url, '/v2/reports/roll?from=2021-10-15&as_of=2021-10-15')).status,
    ).to.equal(400);
  });
});
