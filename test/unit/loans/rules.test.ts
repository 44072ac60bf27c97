import { expect } from 'chai';
import { BOOK_FILES } from '../../../loans/columns.ts';
import { DEFAULT_FORMATS, type Formats } from '../../../loans/file-format.ts';
import { fileRules } from '../../../loans/rules.ts';
import { cleanRow } from '../../../loans/stage.ts';

const placedColumns = (file: string, rules: ReturnType<typeof fileRules>) =>
  BOOK_FILES.find((book) => book.file === file)!.columns.map((column, position) => ({
    ...{ ...column, position, rule: rules.ruleFor(column.header, column.kind) },
  }));
/** Cleans one row given by column name; what is not given is filled with a field that is fine. */
const clean = (file: string, given: Record<string, string>, formats: Partial<Formats> = {}) => {
  const fine = { ...LOAN, ...INSTALMENT, ...PAYMENT, ...BORROWER, ...BRANCH, ...given };
  const columns = placedColumns(file, fileRules(file, { ...DEFAULT_FORMATS, ...formats }));
  const fields = columns.map(({ name }) => (fine as Record<string, string>)[name] ?? '');
  const { outcome, reason, marks, values } = cleanRow(
    { line: 2, raw: fields.join(), fields },
    columns,
  );
  if (outcome !== null) return { [outcome]: reason };
  return {
    marks: marks.map((mark) => mark.split('\x1f')[2]),
    ...Object.fromEntries(columns.map(({ name }, at) => [name, values[at]])),
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
      'a leap day in 2100',
      'loan.csv',
      'date_of_release',
      '02/29/2100',
      '2100-02-28',
      'Date_of_release "02/29/2100" does not exist, moved to 2100-02-28',
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
    ['a blank state', 'borrower.csv', 'state', ' ', null, 'State is blank, left empty'],
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
        .to.have.property('marks')
        .that.deep.equals(warning ? [warning] : []);
    });
  }

  const rejected: [file: string, column: string, raw: string, reason: string][] = [
    ['loan_payment.csv', 'date_paid', '02/29/2023', 'Date_paid "02/29/2023" does not exist'],
    ['loan_payment.csv', 'date_paid', '', 'Date_paid "" is not a day (MM/DD/YYYY)'],
    [
      'loan_payment.csv',
      'date_paid',
      '13/01/2021',
      'Date_paid "13/01/2021" is not a day (MM/DD/YYYY)',
    ],
    [
      'loan.csv',
      'date_of_release',
      '00/10/2021',
      'Date_of_release "00/10/2021" is not a day (MM/DD/YYYY)',
    ],
    [
      'loan.csv',
      'date_of_release',
      '10/00/2021',
      'Date_of_release "10/00/2021" is not a day (MM/DD/YYYY)',
    ],
    [
      'loan.csv',
      'date_of_release',
      '10/10/0000',
      'Date_of_release "10/10/0000" is outside 1950–2100',
    ],
    ['loan_payment.csv', 'amount_paid', 'NaN', 'Amount_paid "NaN" is not a number'],
    ['loan_payment.csv', 'amount_paid', '1e5', 'Amount_paid "1e5" is not a number'],
    ['loan_payment.csv', 'amount_paid', '.', 'Amount_paid "." is not a number'],
    ['loan_payment.csv', 'amount_paid', '', 'Amount_paid "" is not a number'],
    [
      'loan.csv',
      'loan_amount',
      '99999999999999.99995',
      'LoanAmount "99999999999999.99995" is too large',
    ],
    ['loan.csv', 'loan_amount', '-1', 'LoanAmount "-1" is below 0'],
    [
      'payment_schedule.csv',
      'expected_payment_amount',
      'abc',
      'Expected_payment_amount "abc" is not a number',
    ],
    ['payment_schedule.csv', 'loan_id', ' ', 'loan_id is empty'],
    ['borrower.csv', 'borrower_id', 'x'.repeat(201), 'Borrower_Id is longer than 200 characters'],
  ];
  for (const [file, column, raw, reason] of rejected) {
    it(`rejects a row of ${file} for ${column} ${JSON.stringify(raw.slice(0, 20))}`, () => {
      expect(clean(file, { [column]: raw })).to.deep.equal({ rejected: reason });
    });
  }

  it('names every fault of a rejected row', () => {
    expect(clean('loan_payment.csv', { date_paid: 'x', amount_paid: 'y' })).to.deep.equal({
      rejected: 'Date_paid "x" is not a day (MM/DD/YYYY); Amount_paid "y" is not a number',
    });
  });

  it('keeps the loan of a rejected row, so that the loan is known to be affected', () => {
    const columns = placedColumns('loan_payment.csv', fileRules('x', DEFAULT_FORMATS));
    const fields = ['L1', 'P1', 'x', '5'];
    const cleaned = cleanRow({ line: 2, raw: fields.join(), fields }, columns);
    expect(cleaned.values).to.deep.equal(['L1', 'P1', null, '5']);
  });

  it('leaves a column empty that the file does not have', () => {
    const columns = placedColumns('branch.csv', fileRules('branch.csv', DEFAULT_FORMATS));
    const cleaned = cleanRow({ line: 2, raw: '1,kenya', fields: ['1', 'kenya'] }, columns);
    expect(cleaned).to.deep.include({ values: ['1', 'kenya', null], marks: [] });
  });

  it('ignores a payment of 0 with a warning', () => {
    for (const raw of ['0', '0.00', '0.00004', '-0.00004'])
      expect(clean('loan_payment.csv', { amount_paid: raw })).to.deep.equal({
        ignored: `Amount_paid "${raw}" is no payment, ignored`,
      });
  });

  it('keeps a negative payment: it may void an earlier one', () => {
    expect(clean('loan_payment.csv', { amount_paid: '-5' })).to.include({ amount_paid: '-5' });
  });

  it('leaves fields that no figure needs empty with a warning, never rejecting their loan', () => {
    const unneeded = ['downpayment', 'payment_frequency', 'maturity_date', 'term', 'interest_rate'];
    for (const column of unneeded)
      for (const raw of ['', 'n/a'])
        expect(clean('loan.csv', { [column]: raw }))
          .to.have.property('marks')
          .with.length(1);
    for (const column of ['state', 'city', 'zip_code'])
      expect(clean('borrower.csv', { [column]: '' }))
        .to.have.property('marks')
        .with.length(1);
  });

  it('escapes and bounds what a message quotes', () => {
    const amount_paid = `\u001b[2J${'x'.repeat(100)}`;
    expect(clean('loan_payment.csv', { amount_paid })).to.deep.equal({
      rejected: `Amount_paid "\\u001b[2J${'x'.repeat(36)}…" is not a number`,
    });
  });

  const days: [dates: Formats['dates'], raw: string, day: string | null][] = [
    ['mdy', '2021-03-31', '2021-03-31'],
    ['mdy', '2021-3-1', '2021-03-01'],
    ['mdy', '2021-03-31 00:00:00', '2021-03-31'],
    ['mdy', '2021-03-31T00:00', '2021-03-31'],
    ['mdy', '3/31/2021 0:00', '2021-03-31'],
    ['mdy', '2021-03-31 10:30:00', null],
    ['dmy', '31/03/2021', '2021-03-31'],
    ['dmy', '3/31/2021', null],
    ['iso', '2021-03-31', '2021-03-31'],
    ['iso', '03/31/2021', null],
    ['mdy', '01/01/1949', null],
    ['mdy', '01/01/2101', null],
    ['mdy', '1/1/21', null],
  ];
  for (const [dates, raw, day] of days) {
    it(`reads ${raw} with --dates ${dates} as ${day ?? 'no day'}`, () => {
      const cleaned = clean('loan_payment.csv', { date_paid: raw }, { dates });
      if (day) expect(cleaned).to.include({ date_paid: day });
      else expect(cleaned).to.have.property('rejected');
    });
  }

  it('repairs only days 29 to 31 of a month that does not have them', () => {
    expect(clean('loan.csv', { date_of_release: '02/99/2022' })).to.have.property('rejected');
    expect(clean('loan.csv', { date_of_release: '02/32/2022' })).to.have.property('rejected');
    const moved = clean('loan.csv', { date_of_release: '02/31/2022' });
    expect(moved).to.include({ date_of_release: '2022-02-28' });
  });

  const amounts: [decimal: Formats['decimal'], raw: string, amount: string | null][] = [
    [undefined, '1,300.00', '1300.0000'],
    [undefined, '1,234,567.5', '1234567.5000'],
    [undefined, '1,30', null],
    [undefined, '0,500', null],
    [',', '1.234,56', '1234.5600'],
    [',', '1234,56', '1234.56'],
    [',', '1.234', '1234.0000'],
    [',', '1234.56', null],
    ['.', '1.234', '1.234'],
  ];
  for (const [decimal, raw, amount] of amounts) {
    it(`reads the amount ${raw} with --decimal ${decimal ?? 'left out'} as ${amount}`, () => {
      const cleaned = clean('loan_payment.csv', { amount_paid: raw }, { decimal });
      if (amount) expect(cleaned).to.include({ amount_paid: amount });
      else expect(cleaned).to.have.property('rejected');
    });
  }

  it('reads 360.0 as a term of 360', () => {
    expect(clean('loan.csv', { term: '360.0' })).to.deep.include({ term: '360', marks: [] });
  });

  it('unwraps ="00123" and a leading apostrophe with a warning', () => {
    expect(clean('loan_payment.csv', { payment_id: '="00123"' })).to.deep.include({
      payment_id: '00123',
      marks: ['payment_id(pk) "=\\"00123\\"" read as "00123"'],
    });
    expect(clean('borrower.csv', { zip_code: "'01234" })).to.include({ zip_code: '01234' });
    expect(clean('borrower.csv', { city: "'s-Hertogenbosch" })).to.deep.include({
      city: "'s-Hertogenbosch",
      marks: [],
    });
  });

  it('rejects a loan whose own currency cannot be read: its branch has another', () => {
    expect(clean('loan.csv', { currency: 'shilling' })).to.have.property('rejected');
    expect(clean('loan.csv', { currency: 'kes' })).to.include({ currency: 'KES' });
  });
});
