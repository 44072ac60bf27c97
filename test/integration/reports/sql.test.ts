import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { seedLoanBook } from '../../../loans/sample.ts';
import { asCsv } from '../../../reports/as-csv.ts';
import { loanSummary } from '../../../reports/loan-summary.ts';
import { missedPayments } from '../../../reports/missed-payment.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
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
  'loan_id, borrower_id, date_of_release, term, LoanAmount, Downpayment, state, city, zip_code, payment_frequency, maturity_date, ' +
  'current_days_past_due, last_due_date, last_repayment_date, amount_at_risk, borrower_credit_score, branch, branch_id, ' +
  'borrower_name, total_amount_paid, total_amount_expected, par_days, status, bucket, outstanding_balance';

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
    const { columns } = await loanSummary(database.db, '2021-10-15');
    expect(columns.map(({ name }) => name).join(', ')).to.equal(README_COLUMNS);
  });

  it('gives the worked case', async () => {
    const { rows } = await loanSummary(database.db, '2021-10-15');
    expect(rows.find(({ loan_id }) => loan_id === '32u09wekjbfje')).to.include({
      total_amount_expected: '806322.6664',
      total_amount_paid: '604741.9998',
      amount_at_risk: '201580.6666',
      current_days_past_due: 49,
      last_due_date: '2021-09-27',
      last_repayment_date: '2021-07-31',
      par_days: 85,
    });
    const missed = (await missedPayments(database.db, '2021-10-15')).rows.filter(
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
    expect(asCsv(await loanSummary(database.db, '2021-10-15'))).to.equal(read('output_name.csv'));
  });

  it('works with nulls where no branches and names were loaded', async () => {
    await database.query('truncate branches, loan_branches, borrower_names');
    const { rows } = await loanSummary(database.db, '2021-10-15');
    expect(rows).to.have.length(4);
    for (const row of rows)
      expect(row).to.include({ branch: null, branch_id: null, borrower_name: null });
    await seedLoanBook(database.db);
  });

  it('does not depend on who counts the days: the session may be in any time zone', async () => {
    const before = (await loanSummary(database.db, '2021-10-15')).rows;
    await database.db.transaction(async (trx) => {
      await trx.raw(`set local timezone = 'Pacific/Apia'`);
      expect((await loanSummary(trx, '2021-10-15')).rows).to.deep.equal(before);
    });
  });
});
