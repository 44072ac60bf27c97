import { expect } from 'chai';
import { queryRow } from '../../../platform/sql.ts';
import { historyReport } from '../../../reports/arrears.ts';
import { loanPage, oneLoan } from '../../../reports/loans.ts';
import { readBook } from '../../../reports/read-book.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';

const LOANS = 500;
const INSTALMENTS = 12;
const READ = `
  select cast(sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) as integer) as rows
  from pg_stat_xact_user_tables
  where relname in ('allocated_instalments', 'loan_payments')`;

describe('a page of a large book', () => {
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
    await database.query(`
      insert into borrowers (borrower_id) values ('B');
      insert into loans (loan_id, borrower_id, date_of_release, loan_amount)
        select 'L' || n, 'B', '2024-01-01', 1200 from generate_series(1, ${LOANS}) n;
      insert into payment_schedule (loan_id, schedule_id, expected_payment_date,
                                    expected_payment_amount)
        select 'L' || n, i, date '2024-01-01' + 30 * i, 100
        from generate_series(1, ${LOANS}) n, generate_series(1, ${INSTALMENTS}) i;
      insert into loan_payments (loan_id, payment_id, date_paid, amount_paid)
        select loan_id, schedule_id, expected_payment_date, 100 from payment_schedule;
      select refresh_allocation();
      analyze loans, payment_schedule, loan_payments, allocated_instalments;`);
  });
  after(() => database.drop());

  /** Rows of instalments and payments that Postgres read for a piece of work. */
  const rowsRead = (work: (book: TestDatabase['db']) => Promise<unknown>) =>
    readBook(database.db, async (book) => {
      // The view counts what the connection did before, as long as that was not flushed.
      const before = await queryRow<{ rows: number }>(book, READ);
      await work(book);
      return (await queryRow<{ rows: number }>(book, READ)).rows - before.rows;
    });

  it('reads the instalments and payments of its own loans alone', async () => {
    const read = await rowsRead((book) =>
      loanPage(book, '2024-06-01', { after: 'L300', limit: 20 }),
    );
    expect(read).to.be.within(1, 20 * 2 * INSTALMENTS);
  });

  it('reads one loan for one loan, and for its history', async () => {
    expect(await rowsRead((book) => oneLoan(book, '2024-06-01', 'L7'))).to.be.within(
      1,
      2 * INSTALMENTS,
    );
    expect(await rowsRead((book) => historyReport(book, '2024-06-01', 'L7'))).to.be.within(
      1,
      4 * INSTALMENTS,
    );
  });
});
