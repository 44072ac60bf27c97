import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { BOOK_FILES } from '../../../loans/columns.ts';
import { type GeneratedBook, generateLoanBook } from '../../../loans/generate.ts';
import { loadLoanBook } from '../../../loans/load.ts';
import type { LoadReport } from '../../../loans/load-report.ts';
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
    made = await generateLoanBook(folder('a'), { loans: 200, seed: 7 });
  });
  after(() => rmSync(root, { recursive: true }));

  it('has the same bytes for the same number and seed, and others for another', async () => {
    await generateLoanBook(folder('b'), { loans: 200, seed: 7 });
    await generateLoanBook(folder('c'), { loans: 200, seed: 8 });
    expect(digest('b')).to.deep.equal(digest('a'));
    expect(digest('c')).to.not.deep.equal(digest('a'));
  });

  it('has the bytes it always had', () => {
    expect(createHash('sha256').update(digest('a').join()).digest('hex')).to.equal(
      '06de12441486b05122e26b2c8b8cb559a06ccb5a6796d42b957f9ad73d8eee93',
    );
  });

  it('is in the raw format: the headers of the lender, CRLF, no line end after the last row', () => {
    for (const { file, columns } of BOOK_FILES) {
      const text = readFileSync(join(folder('a'), file), 'utf8').replace('\ufeff', '');
      expect(text.split('\r\n')[0]).to.equal(
        [...new Set(columns.map(({ header }) => header))].join(','),
      );
      expect(text.replaceAll('\r\n', '')).to.not.match(/[\r\n]/);
      expect(text).to.match(/[^\r\n]$/);
    }
  });

  it('holds every quirk, and says how often', () => {
    expect(Object.values(made.quirks)).to.have.length(23);
    for (const [quirk, times] of Object.entries(made.quirks)) expect(times, quirk).to.equal(5);
  });

  it('leaves a folder alone that holds anything', async () => {
    writeFileSync(join(folder('a'), 'mine.txt'), 'x');
    const before = digest('a');
    const error = await generateLoanBook(folder('a'), { loans: 1, seed: 1 }).catch(
      (thrown: Error) => thrown,
    );
    expect(error).to.have.property(
      'message',
      `${folder('a')} is not empty: name a new folder for the made-up book`,
    );
    expect(digest('a')).to.deep.equal(before);
  });

  it('says that it cannot make its folder', async () => {
    const file = join(folder('a'), 'mine.txt');
    const error = await generateLoanBook(file, { loans: 1, seed: 1 }).catch(
      (thrown: Error) => thrown,
    );
    expect(error).to.have.property(
      'message',
      `${file} cannot be made (EEXIST): name a new folder for the made-up book`,
    );
  });

  describe('when it is loaded', () => {
    let database: TestDatabase;
    let report: LoadReport;
    before(async () => {
      database = await testDatabase();
      report = await loadLoanBook(database.db, folder('a'));
    });
    after(() => database.drop());

    it('comes to what it said it would: loaded, repaired, duplicates and rejected of each file', () => {
      expect(report.files).to.deep.equal(made.files);
    });

    it('has each quirk reported with its reason', async () => {
      const rows = await database.query<{
        file: string;
        outcome: string;
        reason: string;
        times: number;
      }>(`
        select file, outcome, count(*)::integer as times,
               regexp_replace(regexp_replace(reason, '"[^"]*"', '…', 'g'), '(\\d{4}-\\d\\d-\\d\\d|line \\d+|[\\d.]+$)', '#', 'g') as reason
        from rejected_rows group by 1, 2, 4 order by 1, 2, 4`);
      const said = Object.fromEntries(
        rows.map(({ file, outcome, reason, times }) => [`${file} ${outcome}: ${reason}`, times]),
      );
      const rounded = 'payment_schedule.csv repaired: Expected_payment_amount … rounded to #';
      expect(said[rounded]).to.equal((made.files[2]?.repaired ?? 0) - 5);
      delete said[rounded];
      expect(said).to.deep.equal({
        'borrower.csv duplicate: the same row as #': 5,
        'borrower.csv repaired: borrower_credit_score … is not a whole number, left empty': 5,
        'borrower.csv rejected: borrower_id … is on # with other content': 5,
        'loan.csv duplicate: the same row as #': 5,
        'loan.csv repaired: Date_of_release … does not exist, moved to #': 5,
        'loan.csv repaired: Maturity_date … does not exist, moved to #': 5,
        'loan.csv rejected: loan_id … is on # with other content': 5,
        'loan.csv rejected: unknown borrower_id …': 5,
        'loan_payment.csv duplicate: the same row as #': 5,
        'loan_payment.csv rejected: Amount_paid … is below #': 5,
        'loan_payment.csv rejected: Amount_paid … is not a number': 5,
        'loan_payment.csv rejected: Amount_paid … is not more than #': 5,
        'loan_payment.csv rejected: Date_paid … does not exist': 5,
        'loan_payment.csv rejected: payment_id … is on # with other content': 5,
        'loan_payment.csv rejected: unknown loan_id …': 5,
        'payment_schedule.csv duplicate: the same row as #': 5,
        'payment_schedule.csv repaired: Expected_payment_date … does not exist, moved to #': 5,
        'payment_schedule.csv rejected: schedule_id … is on # with other content': 5,
        'payment_schedule.csv rejected: unknown loan_id …': 5,
      });
    });

    it('has instalments that add up to the amount of their loan, as many as its term', async () => {
      const wrong = await database.query(`
        select loan_id from loans left join payment_schedule using (loan_id)
        group by loan_id having sum(expected_payment_amount) <> loan_amount or count(schedule_id) <> term`);
      expect(wrong).to.deep.equal([]);
    });

    it('has payers of every kind: in time, early, late, in parts, too much, and some who stop', async () => {
      const [kinds] = await database.query(`
        with paid as (select loan_id, sum(amount_paid) as total from loan_payments group by loan_id),
             one as (select s.loan_id, p.date_paid - s.expected_payment_date as days, p.amount_paid, s.expected_payment_amount as due
                     from payment_schedule s join loan_payments p using (loan_id)
                     where p.date_paid between s.expected_payment_date - 20 and s.expected_payment_date + 10)
        select count(*) filter (where days = 0 and amount_paid = due) > 1000 as in_time,
               count(*) filter (where days < 0 and amount_paid = due) > 100 as early,
               count(*) filter (where days > 0 and amount_paid = due) > 50 as late,
               count(*) filter (where days = 0 and amount_paid < due) > 50 as partial,
               count(*) filter (where days = 0 and amount_paid > due) > 20 as over,
               (select count(*) from loans join paid using (loan_id) where total = loan_amount) > 20 as exact,
               (select count(*) from loans left join paid using (loan_id) where coalesce(total, 0) < loan_amount) > 10 as short,
               (select count(distinct currency) from branches join loan_branches using (branch_id)) = 7 as in_seven_currencies
        from one`);
      for (const [kind, found] of Object.entries(kinds ?? {})) expect(found, kind).to.equal(true);
    });
  });
});
