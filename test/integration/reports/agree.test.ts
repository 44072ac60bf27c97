import { expect } from 'chai';
import { arrearsHistory } from '../../../reports/arrears-history.ts';
import { loanSummary } from '../../../reports/loan-summary.ts';
import { missedPayments } from '../../../reports/missed-payment.ts';
import { par } from '../../../reports/par.ts';
import { rollRates } from '../../../reports/roll-rates.ts';
import { parRows, rollRows } from '../../support/book-figures.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { historyRows, missedRows, summaryRow } from '../../support/loan-figures.ts';
import { dayNumber, isoDay, putBook, randomBook, seededRandom } from '../../support/random-book.ts';

const BOOKS = 20;
const DAYS = 10;

describe('the reports against the definitions, worked out a loan and a day at a time', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
  });
  after(() => database.drop());

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
        const summary = (await loanSummary(db, asOf)).rows;
        expect(summary, asOf).to.deep.equal(loans.map((loan) => summaryRow(book, loan, day)));
        for (const { loan_id, par_days } of summary) {
          expect(par_days).to.be.at.least(daysShort.get(loan_id as string) ?? 0);
          daysShort.set(loan_id as string, par_days as number);
        }
        expect((await missedPayments(db, asOf)).rows, asOf).to.deep.equal(
          loans.flatMap((loan) => missedRows(loan, day)),
        );
        expect((await par(db, asOf)).rows, asOf).to.deep.equal(parRows(book, day));
        const loan = loans[roll(loans.length)]!;
        expect((await arrearsHistory(db, asOf, loan.loan_id)).rows, asOf).to.deep.equal(
          historyRows(loan, day),
        );
        const from = day - 1 - roll(90);
        expect((await rollRates(db, asOf, isoDay(from))).rows, asOf).to.deep.equal(
          rollRows(book, from, day),
        );
      }
    });
  }
});
