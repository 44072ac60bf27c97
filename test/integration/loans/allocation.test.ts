import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadLoanBook } from '../../../loans/load.ts';
import { generateLoanBook } from '../../../tools/random-book/generate.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { putBook, randomBook } from '../../support/random-book.ts';

const DIFFERENCES = `
  (table allocated_instalments except all table allocation)
  union all (table allocation except all table allocated_instalments)`;

describe('the allocation of payments to instalments', () => {
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());
  const differences = () => database.query(DIFFERENCES);
  const coveredOn = async () =>
    (
      await database.query<{ date_covered: string }>(
        'select date_covered from allocated_instalments order by instalment_number',
      )
    ).map(({ date_covered }) => date_covered);
  /** One loan with instalments of 100 due on the first of each month from February 2024. */
  async function oneLoan(instalments: number, payments: [day: string, amount: string][]) {
    await putBook(database, { loans: [], branches: [] });
    await database.query('delete from loan_book');
    await database.query(`
      insert into borrowers (borrower_id) values ('B');
      insert into loans (loan_id, borrower_id, date_of_release, loan_amount)
      values ('L', 'B', '2024-01-01', 200)`);
    for (let at = 1; at <= instalments; at++)
      await database.query(
        `insert into payment_schedule (loan_id, schedule_id, expected_payment_date,
                                       expected_payment_amount)
         values ('L', ?, make_date(2024, ? + 1, 1), 100)`,
        [String(at), at],
      );
    for (const [at, [day, amount]] of payments.entries())
      await database.query(
        `insert into loan_payments (loan_id, payment_id, date_paid, amount_paid)
         values ('L', ?, ?, ?)`,
        [String(at), day, amount],
      );
    await database.query('select refresh_allocation()');
  }

  it('is worked out by the load for the whole book', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'fx-book-'));
    try {
      await generateLoanBook(join(dir, 'book'), { loans: 300, seed: 5 });
      await loadLoanBook(database.db, join(dir, 'book'));
    } finally {
      rmSync(dir, { recursive: true });
    }
    expect(await differences()).to.deep.equal([]);
    const [count] = await database.query(
      'select count(*) > 5000 as many from allocated_instalments',
    );
    expect(count).to.deep.equal({ many: true });
  });

  it('follows an edit by SQL once refresh_allocation() is called', async () => {
    await putBook(database, randomBook(1));
    await database.query('delete from loan_payments where date_paid > $$2024-02-20$$');
    expect(await differences()).to.not.deep.equal([]);
    await database.query('select refresh_allocation()');
    expect(await differences()).to.deep.equal([]);
  });

  it('counts an instalment as covered when it is short by no more than the tolerance', async () => {
    await oneLoan(2, [
      ['2024-02-01', '99.99'],
      ['2024-03-01', '99.99'],
      ['2024-03-05', '0.01'],
    ]);
    expect(await coveredOn()).to.deep.equal(['2024-03-01', null]);
    await database.query(
      `insert into loan_book (source, files, tolerance) values ('x', '[]', 0.01)
       on conflict (only_one) do update set tolerance = 0.01`,
    );
    await database.query('select refresh_allocation()');
    expect(await coveredOn()).to.deep.equal(['2024-02-01', '2024-03-05']);
  });

  it('ignores voided payments and their reversals on every day', async () => {
    await oneLoan(1, [['2024-02-01', '100']]);
    expect(await coveredOn()).to.deep.equal(['2024-02-01']);
    await database.query(`
      update loan_payments set status = 'voided';
      insert into loan_payments
        (loan_id, payment_id, date_paid, amount_paid, status, voids_payment_id)
      values ('L', 'R', '2024-02-02', -100, 'reversal', '0');
      select refresh_allocation()`);
    expect(await coveredOn()).to.deep.equal([null]);
  });
});
