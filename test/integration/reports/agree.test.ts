import { expect } from 'chai';
import { historyReport } from '../../../reports/arrears.ts';
import { loanPage, oneLoan } from '../../../reports/loans.ts';
import { parReport, rollReport } from '../../../reports/portfolio.ts';
import { parRows, rollRows } from '../../support/book-figures.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { historyRows, missedRows, status, summaryRow } from '../../support/loan-figures.ts';
import { dayNumber, isoDay, putBook, randomBook, seededRandom } from '../../support/random-book.ts';
import { readLoans, readMissed } from '../../support/read-report.ts';

const BOOKS = 20;
const DAYS = 10;

describe('the reports against the definitions, worked out a loan and a day at a time', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());

  it('have every kind of loan in their random books', () => {
    const kinds = new Set<string>();
    for (let seed = 1; seed <= BOOKS; seed++)
      for (const loan of randomBook(seed).loans) {
        for (let day = 0; day < 330; day += 30)
          kinds.add(status(loan, dayNumber('2024-01-05') + day));
        if (loan.reversals.length > 0) kinds.add('reversed');
        if (loan.tolerance > 0n) kinds.add('tolerance');
      }
    expect([...kinds].sort()).to.deep.equal([
      ...['current', 'in_arrears', 'no_schedule', 'not_released', 'reversed', 'settled'],
      'tolerance',
    ]);
  });

  for (let seed = 1; seed <= BOOKS; seed++) {
    it(`agree to the last digit on random book ${seed}`, async () => {
      const { db } = database;
      const book = randomBook(seed);
      await putBook(database, book);
      const loans = [...book.loans].sort((a, b) => (a.loan_id < b.loan_id ? -1 : 1));
      const roll = seededRandom(seed + 100);
      const days = Array.from({ length: DAYS }, () => dayNumber('2024-01-05') + roll(330)).sort(
        (a, b) => a - b,
      );
      const daysShort = new Map<string, number>();
      for (const day of days) {
        const asOf = isoDay(day);
        const summary = (await readLoans(db, asOf)).rows;
        expect(summary, asOf).to.deep.equal(loans.map((loan) => summaryRow(book, loan, day)));
        for (const { loan_id, par_days } of summary) {
          expect(par_days).to.be.at.least(daysShort.get(loan_id as string) ?? 0);
          daysShort.set(loan_id as string, par_days as number);
        }
        expect((await readMissed(db, asOf, { withTotals: false })).rows, asOf).to.deep.equal(
          loans.flatMap((loan) => missedRows(book, loan, day)),
        );
        expect((await parReport(db, asOf)).rows, asOf).to.deep.equal(parRows(book, day));
        const loan = loans[roll(loans.length)]!;
        const one = await oneLoan(db, asOf, loan.loan_id);
        expect(one.rows).to.deep.equal([summaryRow(book, loan, day)]);
        const page = await loanPage(db, asOf, { after: loan.loan_id, limit: 3 });
        const next = loans.slice(loans.indexOf(loan) + 1, loans.indexOf(loan) + 4);
        expect(page.rows).to.deep.equal(next.map((one) => summaryRow(book, one, day)));
        expect((await historyReport(db, asOf, loan.loan_id)).rows, asOf).to.deep.equal(
          historyRows(loan, day),
        );
        const from = day - 1 - roll(90);
        const rolled = (await rollReport(db, asOf, isoDay(from))).rows;
        expect(rolled, asOf).to.deep.equal(rollRows(book, from, day));
      }
    });
  }
});
