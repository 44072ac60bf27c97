import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { seedLoanBook } from '../../../loans/sample.ts';
import { historyReport } from '../../../reports/arrears.ts';
import { asCsv } from '../../../reports/as-text.ts';
import { loanReport, oneLoan } from '../../../reports/loans.ts';
import { parReport, rollReport } from '../../../reports/portfolio.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { collect, readLoans, readMissed } from '../../support/read-report.ts';
import { isInstalled, skipWithout } from '../../support/requirements.ts';

const SQL = fileURLToPath(new URL('../../../sql', import.meta.url));
const FILES = readdirSync(SQL).filter((file) => file.endsWith('.sql'));
const read = (file: string) => readFileSync(`${SQL}/${file}`, 'utf8');
const PARAMETERS: Record<string, string> = {
  as_of: '2021-10-15',
  from_day: '2021-09-15',
  loan_id: '32u09wekjbfje',
};
const README_COLUMNS =
  'loan_id, borrower_id, date_of_release, term, LoanAmount, Downpayment, state, city, zip_code, ' +
  'payment_frequency, maturity_date, current_days_past_due, last_due_date, last_repayment_date, ' +
  'amount_at_risk, borrower_credit_score, branch, branch_id, borrower_name, total_amount_paid, ' +
  'total_amount_expected, par_days, status, bucket, ' +
  'outstanding_balance, currency, principal_outstanding';

describe('the files of sql/ over the sample loan book', () => {
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
    await seedLoanBook(database.db);
  });
  after(() => database.drop());

  it('are the five that there are', () => {
    expect(FILES).to.deep.equal([
      'arrears_history.sql',
      'loan_summary.sql',
      'missed_payment.sql',
      'par.sql',
      'roll_rates.sql',
    ]);
  });

  for (const file of FILES) {
    it(`${file} begins with the as-of day and never asks what day it is`, () => {
      expect(read(file).split('\n')[0]).to.equal(
        'with as_of(day) as (values (cast(:as_of as date)))',
      );
      expect(read(file)).to.not.match(/\bnow\s*\(|current_date|current_timestamp/);
      expect(read(file)).to.not.match(/float|double|\breal\b/);
    });

    it(`${file} runs as in pgAdmin, the day put into its first line`, async () => {
      const edited = read(file).replace(
        /:(as_of|from_day|loan_id)\b/g,
        (_, name: string) => `'${PARAMETERS[name]}'`,
      );
      expect(await database.query(edited)).to.not.have.length(0);
    });

    it(`${file} runs as in psql, with the command that its header gives`, function () {
      const header = /^-- psql: +psql (.*)$/m.exec(read(file))?.[1] ?? '';
      skipWithout(
        this,
        `${file} in psql`,
        isInstalled('psql') ? null : 'no psql (Debian: postgresql-client)',
      );
      const command = `psql --no-psqlrc --csv -v ON_ERROR_STOP=1 "$DATABASE" ${header}`;
      const { PATH } = process.env;
      const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
        cwd: fileURLToPath(new URL('../../..', import.meta.url)),
        env: { PATH, DATABASE: database.url },
        encoding: 'utf8',
      });
      expect(stderr).to.equal('');
      expect(status).to.equal(0);
      expect(stdout.trim().split('\n')).to.have.length.above(1);
      if (file === 'loan_summary.sql') expect(stdout).to.equal(read('output_name.csv'));
    });
  }

  it('gives the columns in their order', async () => {
    const { columns } = await readLoans(database.db, '2021-10-15');
    expect(columns.map(({ name }) => name).join(', ')).to.equal(README_COLUMNS);
  });

  it('selects the columns that the reports declare, in their order', async () => {
    const { db } = database;
    for (const { name, columns, rows } of [
      await readLoans(db, '2021-10-15'),
      await readMissed(db, '2021-10-15', { withTotals: false }),
      await parReport(db, '2021-10-15'),
      await historyReport(db, '2021-10-15', '32u09wekjbfje'),
      await rollReport(db, '2021-10-15', '2021-09-15'),
    ])
      expect(Object.keys(rows[0] ?? {}), name).to.deep.equal(columns.map((column) => column.name));
  });

  it('counts as current only what is in the portfolio', async () => {
    const { rows } = await parReport(database.db, '2021-03-01');
    const book = rows.filter(({ scope }) => scope === 'book');
    expect(Object.fromEntries(book.map(({ measure, loans }) => [measure, loans]))).to.include({
      ...{ current: 1, '1-30': 1, not_released: 2, settled: 0, no_schedule: 0 },
    });
  });

  it('works out the history of a loan with 10,000 instalments within a second', async function () {
    this.timeout(60_000);
    await database.query(`
      insert into loans (loan_id, borrower_id, date_of_release, loan_amount)
        values ('long', '123fd35', '1995-01-01', 10000);
      insert into payment_schedule (loan_id, schedule_id, expected_payment_date,
                                    expected_payment_amount)
        select 'long', n, date '1995-01-01' + n, 1 from generate_series(1, 10000) n;
      insert into loan_payments (loan_id, payment_id, date_paid, amount_paid)
        select 'long', n, date '1995-01-01' + n + n % 60, 1 from generate_series(1, 9900) n;
      select refresh_allocation();`);
    const started = performance.now();
    const { rows } = await historyReport(database.db, '2022-06-01', 'long');
    expect(performance.now() - started).to.be.below(1000);
    const [summary] = (await oneLoan(database.db, '2022-06-01', 'long')).rows;
    expect(rows).to.have.length(10_014);
    expect(rows.at(-1)).to.include({
      current_days_past_due: summary?.['current_days_past_due'],
      amount_at_risk: '100.0000',
    });
    await database.query(`
      delete from payment_schedule where loan_id = 'long';
      delete from loan_payments where loan_id = 'long';
      delete from loans where loan_id = 'long';
      select refresh_allocation();`);
  });

  it('gives the worked case', async () => {
    const { rows } = await readLoans(database.db, '2021-10-15');
    expect(rows.find(({ loan_id }) => loan_id === '32u09wekjbfje')).to.include({
      total_amount_expected: '806322.6664',
      total_amount_paid: '604741.9998',
      amount_at_risk: '201580.6666',
      current_days_past_due: 49,
      last_due_date: '2021-09-27',
      last_repayment_date: '2021-07-31',
      par_days: 85,
    });
    const missed = (await readMissed(database.db, '2021-10-15', { withTotals: false })).rows.filter(
      ({ loan_id }) => loan_id === '32u09wekjbfje',
    );
    expect(
      missed.map(({ due_date, date_cleared, status }) => [due_date, date_cleared, status]),
    ).to.deep.equal([
      ['2021-02-27', '2021-03-31', 'cleared'],
      ['2021-03-27', '2021-03-31', 'cleared'],
      ['2021-07-27', '2021-07-31', 'cleared'],
      ['2021-08-27', null, 'open'],
      ['2021-09-27', null, 'open'],
    ]);
  });

  it('gives output_name.csv, the sample as of 2021-10-15', async () => {
    const csv = await text(asCsv(await readLoans(database.db, '2021-10-15')));
    expect(csv).to.equal(read('output_name.csv'));
  });

  it('works with nulls where no branches and names were loaded', async () => {
    await database.query('truncate branches, loan_branches, borrower_names');
    const { rows } = await readLoans(database.db, '2021-10-15');
    expect(rows).to.have.length(4);
    for (const row of rows)
      expect(row).to.include({ branch: null, branch_id: null, borrower_name: null });
    await seedLoanBook(database.db);
  });

  it('does not depend on who counts the days: the session may be in any time zone', async () => {
    const before = (await readLoans(database.db, '2021-10-15')).rows;
    await database.db.transaction(async (trx) => {
      await trx.raw(`set local timezone = 'Pacific/Apia'`);
      expect((await collect(await loanReport(trx, '2021-10-15'))).rows).to.deep.equal(before);
    });
  });
});
