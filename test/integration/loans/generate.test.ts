import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { BOOK_FILES } from '../../../loans/columns.ts';
import { loadLoanBook } from '../../../loans/load.ts';
import type { LoadReport } from '../../../loans/report.ts';
import { type GeneratedBook, generateLoanBook } from '../../../tools/random-book/generate.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';

const FILES = BOOK_FILES.map(({ file }) => file);

describe('a random loan book', () => {
  const root = mkdtempSync(join(tmpdir(), 'fx-random-'));
  const folder = (name: string) => join(root, name);
  const digest = (name: string) =>
    FILES.map((file) =>
      createHash('sha256')
        .update(readFileSync(join(root, name, file)))
        .digest('hex'),
    );
  let made: GeneratedBook;
  before(async () => {
    made = await generateLoanBook(folder('a'), { loans: 200, seed: 7, withRejected: true });
  });
  after(() => rmSync(root, { recursive: true }));

  it('has the same bytes for the same number and seed, others for another seed', async () => {
    await generateLoanBook(folder('b'), { loans: 200, seed: 7, withRejected: true });
    await generateLoanBook(folder('c'), { loans: 200, seed: 8, withRejected: true });
    expect(digest('b')).to.deep.equal(digest('a'));
    expect(digest('c')).to.not.deep.equal(digest('a'));
  });

  it('has the same bytes as in every earlier version', () => {
    expect(createHash('sha256').update(digest('a').join()).digest('hex')).to.equal(
      '0f58b487d37a67f16d449055a11bbcbcdab954612ab098da676046b95f03437e',
    );
  });

  it('is in the raw format: the lender’s headers, CRLF, no line end at the end', () => {
    for (const { file, columns } of BOOK_FILES) {
      const text = readFileSync(join(folder('a'), file), 'utf8').replace('\ufeff', '');
      const headers = columns
        .filter(({ optional }) => !optional || file === 'branch.csv')
        .map(({ header }) => header);
      expect(text.split('\r\n')[0]).to.equal([...new Set(headers)].join(','));
      expect(text.replaceAll('\r\n', '')).to.not.match(/[\r\n]/);
      expect(text).to.match(/[^\r\n]$/);
    }
  });

  it('has every quirk and reports how often', () => {
    expect(Object.values(made.quirks)).to.have.length(24);
    for (const [quirk, times] of Object.entries(made.quirks)) expect(times, quirk).to.equal(5);
  });

  it('refuses a folder that is not empty and does not change it', async () => {
    writeFileSync(join(folder('a'), 'mine.txt'), 'x');
    const before = digest('a');
    const error = await generateLoanBook(folder('a'), { loans: 1, seed: 1 }).catch(
      (thrown: Error) => thrown,
    );
    expect(error).to.have.property(
      'message',
      `${folder('a')} is not empty: name a new folder for the random book`,
    );
    expect(digest('a')).to.deep.equal(before);
  });

  it('reports a folder that cannot be created', async () => {
    const file = join(folder('a'), 'mine.txt');
    const error = await generateLoanBook(file, { loans: 1, seed: 1 }).catch(
      (thrown: Error) => thrown,
    );
    expect(error).to.have.property(
      'message',
      `${file} cannot be made (EEXIST): name a new folder for the random book`,
    );
  });

  it('is accepted by a strict load unless it was generated with rejected rows', async () => {
    const database = await testDatabase();
    const book = await generateLoanBook(folder('strict'), { loans: 60, seed: 7 });
    const report = await loadLoanBook(database.db, folder('strict'));
    expect(report).to.include({ outcome: 'loaded' });
    expect(report.files).to.deep.equal(book.files);
    expect((await loadLoanBook(database.db, folder('a'))).outcome).to.equal('refused');
    await database.drop();
  });

  describe('when it is loaded', () => {
    let database: TestDatabase;
    let report: LoadReport;
    before(async () => {
      database = await testDatabase();
      report = await loadLoanBook(database.db, folder('a'), { accepted: { rows: 500 } });
    });
    after(() => database.drop());

    it('has the predicted counts for each file', () => {
      expect(report.files).to.deep.equal(made.files);
    });

    it('has each quirk reported with its code', async () => {
      const rows = await database.query<{
        file: string;
        outcome: string;
        reason: string;
        times: number;
      }>(`
        select file, outcome, count(*)::integer as times, code as reason
        from rejected_rows where code not in ('parent_rejected', 'file_not_read')
        group by 1, 2, 4 order by 1, 2, 4`);
      const found = Object.fromEntries(
        rows.map(({ file, outcome, reason, times }) => [`${file} ${outcome}: ${reason}`, times]),
      );
      expect(found).to.deep.equal({
        'borrower.csv duplicate: duplicate': 5,
        'borrower.csv rejected: id_conflict': 5,
        'borrower.csv warned: bad_number': 5,
        'loan.csv duplicate: duplicate': 5,
        'loan.csv rejected: id_conflict': 10,
        'loan.csv rejected: unknown_parent': 5,
        'loan.csv repaired: no_such_day': 10,
        'loan_payment.csv duplicate: duplicate': 5,
        'loan_payment.csv ignored: zero_amount': 5,
        'loan_payment.csv rejected: bad_amount': 5,
        'loan_payment.csv rejected: id_conflict': 5,
        'loan_payment.csv rejected: no_such_day': 5,
        'loan_payment.csv rejected: nothing_to_void': 5,
        'loan_payment.csv rejected: unknown_parent': 5,
        'payment_schedule.csv duplicate: duplicate': 5,
        'payment_schedule.csv rejected: id_conflict': 5,
        'payment_schedule.csv repaired: no_such_day': 5,
        // Routine rounding is one entry, whatever it counts.
        'payment_schedule.csv repaired: rounded': 1,
      });
    });

    it('has as many instalments as its term, which add up to the loan amount', async () => {
      const wrong = await database.query(`
        select loan_id from loans left join payment_schedule using (loan_id)
        group by loan_id
        having sum(expected_payment_amount) <> loan_amount or count(schedule_id) <> term`);
      expect(wrong).to.deep.equal([]);
    });

    it('has payers who are on time, early, late, partial, over and in default', async () => {
      const [kinds] = await database.query(`
        with paid as (
          select loan_id, sum(amount_paid) as total from loan_payments group by loan_id
        ), pairs as (
          select p.date_paid - s.expected_payment_date as days, p.amount_paid,
                 s.expected_payment_amount as due
          from payment_schedule s join loan_payments p using (loan_id)
          where p.date_paid between s.expected_payment_date - 20 and s.expected_payment_date + 10
        )
        select count(*) filter (where days = 0 and amount_paid = due) > 1000 as in_time,
               count(*) filter (where days < 0 and amount_paid = due) > 100 as early,
               count(*) filter (where days > 0 and amount_paid = due) > 50 as late,
               count(*) filter (where days = 0 and amount_paid < due) > 50 as partial,
               count(*) filter (where days = 0 and amount_paid > due) > 20 as over,
               (select count(*) from loans join paid using (loan_id)
                where total = loan_amount) > 20 as exact,
               (select count(*) from loans left join paid using (loan_id)
                where coalesce(total, 0) < loan_amount) > 10 as short,
               (select count(distinct currency) from branches
                join loan_branches using (branch_id)) = 7 as in_seven_currencies
        from pairs`);
      for (const [kind, found] of Object.entries(kinds ?? {})) expect(found, kind).to.equal(true);
    });
  });
});
