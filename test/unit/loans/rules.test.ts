import { expect } from 'chai';
import { cleanRow } from '../../../loans/clean.ts';
import { BOOK_FILES } from '../../../loans/columns.ts';

const columnsOf = (file: string) => BOOK_FILES.find((book) => book.file === file)!.columns;
/** Cleans one row given by column name; what is not given is filled with a field that is fine. */
const clean = (file: string, given: Record<string, string>) => {
  const fine: Record<string, string> = {
    ...LOAN,
    ...INSTALMENT,
    ...PAYMENT,
    ...BORROWER,
    ...BRANCH,
    ...given,
  };
  const columns = columnsOf(file);
  const cleaned = cleanRow(
    columns,
    columns.map(({ name }) => fine[name]),
  );
  if ('refused' in cleaned) return cleaned;
  return {
    warnings: cleaned.warnings,
    ...Object.fromEntries(columns.map(({ name }, at) => [name, cleaned.kept[at]])),
  };
};
const BORROWER = {
  borrower_id: 'B1',
  state: 's',
  city: 'c',
  zip_code: '01234',
  borrower_credit_score: '4',
  borrower_credit_score_raw: '4',
};
const LOAN = {
  loan_id: 'L1',
  date_of_release: '01/27/2021',
  term: '12',
  interest_rate: '1.05',
  loan_amount: '1209484',
  downpayment: '124993',
  payment_frequency: '100790.3333',
  maturity_date: '01/31/2022',
};
const INSTALMENT = {
  schedule_id: 'S1',
  expected_payment_date: '02/27/2021',
  expected_payment_amount: '100790.3333',
};
const PAYMENT = { payment_id: 'P1', date_paid: '03/31/2021', amount_paid: '100790.3333' };
const BRANCH = { branch_id: '1', branch: 'kenya', currency: 'KES' };

describe('cleaning a row of the loan book', () => {
  const kept: [
    what: string,
    file: string,
    column: string,
    raw: string,
    value: string | null,
    warning?: string,
  ][] = [
    [
      'a day that February does not have',
      'loan.csv',
      'maturity_date',
      '02/29/2023',
      '2023-02-28',
      'Maturity_date "02/29/2023" does not exist, moved to 2023-02-28',
    ],
    ['a leap day in a leap year', 'loan.csv', 'maturity_date', '02/29/2024', '2024-02-29'],
    [
      'a leap day in 1900',
      'loan.csv',
      'maturity_date',
      '02/29/1900',
      '1900-02-28',
      'Maturity_date "02/29/1900" does not exist, moved to 1900-02-28',
    ],
    ['a leap day in 2000', 'loan.csv', 'maturity_date', '02/29/2000', '2000-02-29'],
    [
      'the 31st of April as a release day',
      'loan.csv',
      'date_of_release',
      '04/31/2021',
      '2021-04-30',
      'Date_of_release "04/31/2021" does not exist, moved to 2021-04-30',
    ],
    [
      'the 31st of November as a due day',
      'payment_schedule.csv',
      'expected_payment_date',
      '11/31/2021',
      '2021-11-30',
      'Expected_payment_date "11/31/2021" does not exist, moved to 2021-11-30',
    ],
    ['a day without zeros', 'loan_payment.csv', 'date_paid', '3/1/2021', '2021-03-01'],
    [
      'a credit score that is no number',
      'borrower.csv',
      'borrower_credit_score',
      'a',
      null,
      'borrower_credit_score "a" is not a whole number, left empty',
    ],
    [
      'the text of a credit score that is no number',
      'borrower.csv',
      'borrower_credit_score_raw',
      'a',
      'a',
    ],
    ['a credit score of 0', 'borrower.csv', 'borrower_credit_score', '0', '0'],
    ['no credit score', 'borrower.csv', 'borrower_credit_score', '', null],
    ['a zip code that starts with 0', 'borrower.csv', 'zip_code', '01234', '01234'],
    ['spaces around a field', 'borrower.csv', 'city', '  Nairobi, West ', 'Nairobi, West'],
    ['UTF-8 text', 'borrower.csv', 'city', 'Yaoundé 市', 'Yaoundé 市'],
    [
      'bytes that are not UTF-8',
      'borrower.csv',
      'city',
      'S\ufffdo',
      'S\ufffdo',
      'City "S\ufffdo" is not UTF-8 text',
    ],
    ['an empty text', 'borrower.csv', 'state', ' ', null],
    [
      'a term that is no number',
      'loan.csv',
      'term',
      '12 months',
      null,
      'Term "12 months" is not a whole number, left empty',
    ],
    [
      'an interest rate with many digits',
      'loan.csv',
      'interest_rate',
      '1.0512345678',
      '1.0512345678',
    ],
    [
      'an interest rate that is no number',
      'loan.csv',
      'interest_rate',
      '5%',
      null,
      'InterestRate "5%" is not a number, left empty',
    ],
    ['an instalment of 0', 'payment_schedule.csv', 'expected_payment_amount', '0', '0'],
    [
      "the workbook's quotient",
      'payment_schedule.csv',
      'expected_payment_amount',
      '100790.33333333333',
      '100790.3333',
      'Expected_payment_amount "100790.33333333333" rounded to 100790.3333',
    ],
    [
      'a fifth decimal of 5',
      'loan_payment.csv',
      'amount_paid',
      '0.00005',
      '0.0001',
      'Amount_paid "0.00005" rounded to 0.0001',
    ],
    [
      'a fifth decimal of 4',
      'loan_payment.csv',
      'amount_paid',
      '1.00004999',
      '1.0000',
      'Amount_paid "1.00004999" rounded to 1.0000',
    ],
    [
      'a half that no double holds',
      'loan.csv',
      'loan_amount',
      '1.00005',
      '1.0001',
      'LoanAmount "1.00005" rounded to 1.0001',
    ],
    [
      'nines that carry',
      'loan.csv',
      'loan_amount',
      '999.99995',
      '1000.0000',
      'LoanAmount "999.99995" rounded to 1000.0000',
    ],
    ['zeros past the fourth decimal', 'loan_payment.csv', 'amount_paid', '5.120000', '5.1200'],
    ['the largest amount', 'loan.csv', 'loan_amount', '99999999999999.9999', '99999999999999.9999'],
    ['a currency in lower case', 'branch.csv', 'currency', 'kes', 'KES'],
    [
      'a currency that is none',
      'branch.csv',
      'currency',
      'shilling',
      null,
      'currency "shilling" is not a currency code, left empty',
    ],
  ];
  for (const [what, file, column, raw, value, warning] of kept) {
    it(`keeps ${what}: ${JSON.stringify(raw)} as ${JSON.stringify(value)}${warning ? ' with a warning' : ''}`, () => {
      const cleaned = clean(file, { [column]: raw });
      expect(cleaned).to.include({ [column]: value });
      expect(cleaned)
        .to.have.property('warnings')
        .that.deep.equals(warning ? [warning] : []);
    });
  }

  const refused: [file: string, column: string, raw: string, reason: string][] = [
    ['loan_payment.csv', 'date_paid', '02/29/2023', 'Date_paid "02/29/2023" does not exist'],
    [
      'loan_payment.csv',
      'date_paid',
      '2021-03-31',
      'Date_paid "2021-03-31" is not a day (MM/DD/YYYY)',
    ],
    ['loan_payment.csv', 'date_paid', '', 'Date_paid "" is not a day (MM/DD/YYYY)'],
    [
      'loan_payment.csv',
      'date_paid',
      '13/01/2021',
      'Date_paid "13/01/2021" is not a day (MM/DD/YYYY)',
    ],
    [
      'loan.csv',
      'maturity_date',
      '00/10/2021',
      'Maturity_date "00/10/2021" is not a day (MM/DD/YYYY)',
    ],
    [
      'loan.csv',
      'maturity_date',
      '10/00/2021',
      'Maturity_date "10/00/2021" is not a day (MM/DD/YYYY)',
    ],
    [
      'loan.csv',
      'maturity_date',
      '10/10/0000',
      'Maturity_date "10/10/0000" is not a day (MM/DD/YYYY)',
    ],
    ['loan_payment.csv', 'amount_paid', '0', 'Amount_paid "0" is not more than 0'],
    ['loan_payment.csv', 'amount_paid', '0.00004', 'Amount_paid "0.00004" is not more than 0'],
    ['loan_payment.csv', 'amount_paid', '-5', 'Amount_paid "-5" is below 0'],
    ['loan_payment.csv', 'amount_paid', 'NaN', 'Amount_paid "NaN" is not a number'],
    ['loan_payment.csv', 'amount_paid', '1e5', 'Amount_paid "1e5" is not a number'],
    ['loan_payment.csv', 'amount_paid', '1,000', 'Amount_paid "1,000" is not a number'],
    ['loan_payment.csv', 'amount_paid', '.', 'Amount_paid "." is not a number'],
    ['loan_payment.csv', 'amount_paid', '', 'Amount_paid "" is not a number'],
    [
      'loan.csv',
      'loan_amount',
      '99999999999999.99995',
      'LoanAmount "99999999999999.99995" is too large',
    ],
    ['loan.csv', 'downpayment', '-1', 'Downpayment "-1" is below 0'],
    [
      'payment_schedule.csv',
      'expected_payment_amount',
      'abc',
      'Expected_payment_amount "abc" is not a number',
    ],
    ['payment_schedule.csv', 'loan_id', ' ', 'loan_id is empty'],
    ['borrower.csv', 'borrower_id', 'x'.repeat(201), 'Borrower_Id is longer than 200 characters'],
    ['borrower.csv', 'borrower_id', 'B\0', 'Borrower_Id "B\ufffd" is not UTF-8 text'],
  ];
  for (const [file, column, raw, reason] of refused) {
    it(`sets a row of ${file} aside for ${column} ${JSON.stringify(raw.slice(0, 20))}`, () => {
      expect(clean(file, { [column]: raw })).to.deep.equal({ refused: reason });
    });
  }

  it('names every fault of a row that is rejected', () => {
    expect(clean('loan_payment.csv', { date_paid: 'x', amount_paid: 'y' })).to.deep.equal({
      refused: 'Date_paid "x" is not a day (MM/DD/YYYY); Amount_paid "y" is not a number',
    });
  });

  it('leaves a column empty that the file does not have', () => {
    expect(cleanRow(columnsOf('branch.csv'), ['1', 'kenya', undefined])).to.deep.equal({
      kept: ['1', 'kenya', null],
      warnings: [],
    });
  });
});
