import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Formats } from '../../../loans/file-format.ts';
import { loadLoanBook } from '../../../loans/load.ts';
import { type LoadReport, printable } from '../../../loans/report.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';

const FILES = fileURLToPath(new URL('loan-files', import.meta.url));

interface Expected {
  rule: string;
  formats?: Partial<Formats>;
  tolerance?: string;
  /** The load cannot understand a file: the message. */
  error?: RegExp;
  /** Rejected rows refuse the load. Problems, each as `file line n, outcome: reason`. */
  refused?: string[];
  /** Loaded, with these problems. Figures are those of the good book unless given. */
  loaded?: string[];
  figures?: Record<string, string>;
}

/**
 * Per loan: instalments (number, sum), received payments (number, sum), first uncovered due date.
 */
const GOOD = { L1: '3 1500 | 2 1000 | 2022-04-15', L2: '2 2600 | 1 1300 | 2022-03-15' };
const payment = (line: number, text: string) => `loan_payment.csv line ${line}, ${text}`;
const instalment = (line: number, text: string) => `payment_schedule.csv line ${line}, ${text}`;
const loan = (line: number, text: string) => `loan.csv line ${line}, ${text}`;
const borrower = (line: number, text: string) => `borrower.csv line ${line}, ${text}`;

/**
 * The folder `good` with the files of one folder in place of its own, and what a load makes of it.
 */
const CASES: Record<string, Expected> = {
  good: { rule: 'schedule_id and payment_id are unique per loan', loaded: [] },
  'day-first-payments': {
    rule: 'a day-first file is refused with the option to use',
    error: /^loan_payment\.csv: days .* day-first \("15\/02\/2022" on line 2\): use --dates dmy$/,
  },
  'day-first-book': {
    rule: 'a day-first book is read with --dates dmy',
    formats: { dates: 'dmy' },
    loaded: [],
  },
  'month-first-book': {
    rule: 'a month-first file is refused where --dates dmy was given',
    formats: { dates: 'dmy' },
    error:
      /^loan\.csv: days are written month-first \("01\/15\/2022" on line 2\): use --dates mdy$/,
  },
  'iso-days': { rule: 'ISO days, also with a time of midnight, are read as written', loaded: [] },
  'day-99': {
    rule: 'a day that no month has is not repaired',
    refused: [
      instalment(2, 'rejected: Expected_payment_date "02/99/2022" is not a day (MM/DD/YYYY)'),
      loan(2, 'warned: instalments add up to 1000.0000, less than LoanAmount 1500.0000'),
      loan(2, 'warned: 2 instalments, but Term is 3'),
    ],
  },
  '31-april': {
    rule: 'day 31 of a month that does not have it becomes the last',
    loaded: [
      instalment(
        4,
        'repaired: Expected_payment_date "04/31/2022" does not exist, moved to 2022-04-30',
      ),
    ],
    figures: { ...GOOD, L1: '3 1500 | 2 1000 | 2022-04-30' },
  },
  '31-april-paid': {
    rule: 'the day that money came in is not guessed',
    refused: [payment(5, 'rejected: Date_paid "04/31/2022" does not exist')],
  },
  'year-2205': {
    rule: 'days outside 1950–2100 are rejected',
    refused: [payment(3, 'rejected: Date_paid "03/20/2205" is outside 1950–2100')],
  },
  'before-release': {
    rule: "a day before the loan's release is a warning",
    loaded: [
      loan(2, 'warned: Maturity_date 2021-04-15 is before the release on 2022-01-15'),
      instalment(2, 'warned: Expected_payment_date 2022-01-10 is before the release on 2022-01-15'),
      payment(3, 'warned: Date_paid 2021-03-20 is before the release on 2022-01-15'),
    ],
  },
  'with-time': {
    rule: 'a time other than midnight is rejected',
    refused: [payment(3, 'rejected: Date_paid "2022-03-20 10:15:00" is not a day (MM/DD/YYYY)')],
  },
  'excel-serial-days': {
    rule: "a spreadsheet's serial numbers are refused",
    error: /^loan_payment\.csv: line 3, "44640" is a spreadsheet's serial number, not a day: /,
  },
  'thousands-commas': {
    rule: 'thousands commas are read where a column is consistent',
    loaded: [],
  },
  'thousands-mixed': {
    rule: 'a column with and without thousands commas is refused',
    error: /Expected_payment_amount has amounts with thousands separators \(line 5\) and without/,
  },
  'thousands-dots': {
    rule: 'a file whose amounts all have three decimals is refused',
    error: /^loan_payment\.csv: line 4, "1\.300": dots look like thousands separators: use --dec/,
  },
  thousandths: {
    rule: 'a file whose amounts all have three decimals is refused, whatever their size',
    error: /^loan_payment\.csv: line 2, "0\.500": dots look like thousands separators: /,
  },
  'thousands-mixed-long': {
    rule: 'a column with and without thousands commas is refused, however long its decimals',
    error: /Expected_payment_amount has amounts with thousands separators \(line 5\) and without/,
  },
  'two-dots': {
    rule: 'an amount with two dots refuses the file',
    error:
      /^loan\.csv: line 3, "1\.002\.600": dots look like thousands separators: use --decimal ,/,
  },
  'decimal-comma': {
    rule: '--decimal , reads 1.234,56',
    formats: { decimal: ',' },
    loaded: [],
  },
  'pandas-numbers': { rule: '3.0 is a Term of 3', loaded: [] },
  'scientific-ids': {
    rule: 'ids that a spreadsheet shortened are refused',
    error: /^loan_payment\.csv: line 3, "1\.23457E\+12": a spreadsheet shortened these ids: /,
  },
  'wrapped-ids': {
    rule: '="L1" and a leading apostrophe are unwrapped with a warning',
    loaded: [
      payment(2, String.raw`warned: loan_id(fk) "=\"L1\"" read as "L1"`),
      payment(2, `warned: payment_id(pk) "'1" read as "1"`),
    ],
  },
  semicolons: { rule: 'semicolons are detected', loaded: [] },
  tabs: { rule: 'tabs are detected', loaded: [] },
  'utf-16': { rule: 'UTF-16 with a BOM is read', loaded: [] },
  bom: { rule: 'UTF-8 with a BOM is read', loaded: [] },
  'cr-only': { rule: 'CR line ends are read', loaded: [] },
  'latin-1': {
    rule: 'another encoding is refused',
    error: /^borrower\.csv: is neither UTF-8 nor UTF-16 text: save as CSV UTF-8$/,
  },
  workbook: {
    rule: 'a workbook or zip in place of CSV is refused',
    error: /^loan\.csv: is a zip archive or an Excel workbook: save the sheet as CSV UTF-8$/,
  },
  binary: {
    rule: 'a binary file is refused',
    error: /^loan\.csv: is neither UTF-8 nor UTF-16 text: save as CSV UTF-8$/,
  },
  'blank-rows': { rule: 'blank rows are no rows', loaded: [] },
  'other-headers': { rule: 'headers match without case, spaces, (fk) and (pk)', loaded: [] },
  'near-miss-header': {
    rule: 'a near miss of a header gets a suggestion',
    error: /expected a column Amount_paid, got .*; did you mean "Amount_payed"\?$/,
  },
  'header-twice': {
    rule: 'a column that is there twice is refused',
    error: /loan_payment\.csv: line 1, expected one column Amount_paid, got 2/,
  },
  'files-joined': {
    rule: 'a header in the middle is found with a byte order mark and other marks of keys',
    refused: [payment(5, 'rejected: the header is repeated here')],
  },
  'header-repeated': {
    rule: 'a header in the middle is rejected as such',
    refused: [payment(5, 'rejected: the header is repeated here')],
  },
  'stray-quotes': {
    rule: 'quotes that swallow rows are rejected with both lines',
    refused: [
      payment(
        2,
        'rejected: payment_id(pk) spans lines: the quote opened on line 2 is closed on line 3',
      ),
    ],
  },
  'stray-quotes-in-text': {
    rule: 'quotes that swallow rows are rejected in a text column too',
    error: /^borrower\.csv: .* State spans lines: the quote opened on line 2 is closed on line 3$/,
  },
  'unclosed-quote': {
    rule: 'a quote that is never closed refuses the file',
    error: /^loan_payment\.csv: line 3: a quote is never closed$/,
  },
  'line-end-in-text': { rule: 'a line end within a quoted text is read', loaded: [] },
  'not-read': {
    rule: 'files and columns that are not read are named',
    loaded: [
      'loan.csv, warned: column "officer" is not read',
      'Branch.csv, warned: this file is not read; did you mean "branch.csv"?',
      'branches.csv, warned: this file is not read; did you mean "branch.csv"?',
    ],
  },
  'column-unnamed': {
    rule: 'a column without a header is named by its place',
    loaded: ['loan_payment.csv, warned: column 1 has no header and is not read'],
  },
  'loan-currency': {
    rule: 'a currency in loan.csv is read and wins over that of the branch',
    loaded: [],
    figures: { L1: `${GOOD.L1} | UGX`, L2: `${GOOD.L2} | KES` },
  },
  'loan-currency-unreadable': {
    rule: 'a currency of a loan that cannot be read rejects the loan',
    refused: [
      loan(
        2,
        'rejected: currency "shilling" is not a currency code; with it 3 instalments, 2 payments',
      ),
    ],
  },
  'unknown-branch': {
    rule: 'a branch that branch.csv does not have is a warning',
    loaded: ['loan_branch.csv line 3, warned: branch_id "7" is not in branch.csv'],
    figures: { L1: `${GOOD.L1} | KES`, L2: GOOD.L2 },
  },
  'twin-unreadable': {
    rule: 'an id of two loans rejects both, also where one of them cannot be read',
    refused: [
      loan(
        2,
        'rejected: loan_id "L1" is on line 4 with other content; with it 3 instalments, 2 payments',
      ),
      loan(4, 'rejected: LoanAmount "many" is not a number'),
    ],
  },
  'two-loans-one-id': {
    rule: 'an id of two loans rejects both with all their children',
    refused: [
      loan(
        2,
        'rejected: loan_id "L1" is on line 4 with other content; with it 3 instalments, 2 payments',
      ),
      loan(4, 'rejected: loan_id "L1" is on line 2 with other content'),
    ],
  },
  'loan-field-missing': {
    rule: 'children of a loan without all its fields are counted under its problem',
    refused: [loan(2, 'rejected: expected 9 fields, got 8; with it 3 instalments, 2 payments')],
  },
  'loan-unreadable': {
    rule: 'children of a rejected loan are counted under its problem',
    refused: [
      loan(2, 'rejected: LoanAmount "many" is not a number; with it 3 instalments, 2 payments'),
    ],
  },
  'borrower-missing': {
    rule: 'a loan of an unknown borrower is rejected with its children',
    refused: [loan(3, 'rejected: unknown borrower_id "B2"; with it 2 instalments, 1 payment')],
  },
  'equal-rows': {
    rule: 'equal rows are one row',
    loaded: [payment(5, 'duplicate: the same row as line 3')],
  },
  'payment-id-conflict': {
    rule: 'of one id with other content the later row is rejected',
    refused: [payment(5, 'rejected: payment_id "2" is on line 3 with other content')],
  },
  'no-schedule': {
    rule: 'a loan without instalments is loaded with a warning',
    loaded: [loan(3, 'warned: no instalments: the loan is in no figure of arrears')],
    figures: { ...GOOD, L2: '0 0 | 1 1300 | no_schedule' },
  },
  'instalment-missing': {
    rule: 'instalments that do not add up to LoanAmount and Term are warnings',
    loaded: [
      loan(2, 'warned: instalments add up to 1000.0000, less than LoanAmount 1500.0000'),
      loan(2, 'warned: 2 instalments, but Term is 3'),
    ],
    figures: { ...GOOD, L1: '2 1000 | 2 1000 | covered' },
  },
  'instalments-rounded': {
    rule: 'a loan is warned of when its instalments lack more than 0.01 each',
    loaded: [loan(3, 'warned: instalments add up to 2599.9798, less than LoanAmount 2600.0000')],
    figures: { L1: '3 1499.97 | 2 1000 | 2022-04-15', L2: '2 2599.9798 | 1 1300 | 2022-03-15' },
  },
  'term-in-weeks': { rule: 'a Term that does not count instalments is no warning', loaded: [] },
  'interest-in-instalments': {
    rule: 'instalments above LoanAmount are no problem, but a note',
    loaded: [],
    figures: { ...GOOD, L2: '2 2800 | 1 1300 | 2022-02-15' },
  },
  'unneeded-fields': {
    rule: 'fields that no figure needs are empty with a warning and reject nothing',
    loaded: [
      borrower(2, 'warned: State is blank, left empty'),
      borrower(2, 'warned: City is blank, left empty'),
      borrower(2, 'warned: zip code is blank, left empty'),
      loan(2, 'warned: Term is blank, left empty'),
      loan(2, 'warned: InterestRate "high" is not a number, left empty'),
      loan(2, 'warned: Downpayment is blank, left empty'),
      loan(2, 'warned: Payment_frequency "weekly" is not a number, left empty'),
      loan(2, 'warned: Maturity_date "02/02/1805" is outside 1950–2100, left empty'),
    ],
  },
  reversal: {
    rule: 'a reversal voids the latest earlier payment of its amount',
    loaded: [],
    figures: { ...GOOD, L1: '3 1500 | 1 500 | 2022-03-15' },
  },
  reversals: {
    rule: 'each reversal voids one payment that is not yet voided',
    loaded: [],
    figures: { ...GOOD, L1: '3 1500 | 1 500 | 2022-03-15' },
  },
  'reversal-of-nothing': {
    rule: 'a reversal before its payment is rejected',
    refused: [
      payment(
        5,
        'rejected: Amount_paid -500.0000 voids an earlier payment of the same amount, but there is none',
      ),
    ],
  },
  'reversal-of-other-amount': {
    rule: 'a reversal voids exactly its amount or is rejected',
    refused: [
      payment(
        5,
        'rejected: Amount_paid -499.9900 voids an earlier payment of the same amount, but there is none',
      ),
    ],
  },
  'zero-amount': {
    rule: 'an amount of 0 is ignored with a warning',
    loaded: [payment(5, 'ignored: Amount_paid "0.00" is no payment, ignored')],
  },
  'control-characters': {
    rule: 'control characters of the input are never printed raw',
    refused: [payment(5, 'rejected: unknown loan_id "\ufffd[2JL9"')],
  },
  cents: {
    rule: '--tolerance covers instalments that are short by no more',
    tolerance: '0.01',
    loaded: [],
    figures: { ...GOOD, L1: '3 1500.0099 | 2 1000 | 2022-04-15' },
  },
  'field-missing': {
    rule: 'a row with fewer fields than the header is rejected',
    refused: [payment(5, 'rejected: expected 4 fields, got 3')],
  },
  'thousands-comma-unquoted': {
    rule: 'a thousands comma without quotes is one field too many',
    refused: [payment(4, 'rejected: expected 4 fields, got 5')],
  },
};

describe('loan files as people have them', () => {
  let database: TestDatabase;
  let dir: string;
  before(async () => {
    database = await testDatabase();
  });
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'fx-files-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));
  after(() => database.drop());

  async function load(name: string): Promise<LoadReport | Error> {
    const { formats, tolerance } = CASES[name] as Expected;
    cpSync(join(FILES, 'good'), dir, { recursive: true });
    cpSync(join(FILES, name), dir, { recursive: true });
    return loadLoanBook(database.db, dir, {
      ...{ source: name, formats: { dates: 'mdy' as const, ...formats } },
      ...(tolerance !== undefined && { tolerance }),
    }).catch((error: Error) => error);
  }
  const problemsOf = ({ problems }: LoadReport) =>
    problems.map(({ file, line, outcome, reason }) =>
      printable(`${file}${line > 0 ? ` line ${line}` : ''}, ${outcome}: ${reason}`),
    );
  async function figures(): Promise<Record<string, string>> {
    const rows = await database.query<{ loan_id: string; figures: string }>(`
      select loan_id, concat_ws(' | ',
        count(schedule_id) || ' ' || trim_scale(coalesce(sum(amount), 0)),
        (select count(*) || ' ' || trim_scale(coalesce(sum(amount_paid), 0)) from loan_payments p
         where p.loan_id = l.loan_id and status = 'received'),
        case when count(schedule_id) = 0 then 'no_schedule'
             else coalesce((min(due_date) filter (where date_covered is null))::text,
                           'covered') end,
        coalesce(l.currency, (select currency from loan_branches join branches using (branch_id)
                              where loan_branches.loan_id = l.loan_id))) as figures
      from loans l left join allocated_instalments using (loan_id)
      group by loan_id, l.currency`);
    return Object.fromEntries(rows.map((row) => [row.loan_id, row.figures]));
  }
  const sourceOf = async () =>
    (await database.query<{ source: string }>('select source from loan_book'))[0]?.source;

  it('has one folder a case and one case a folder', () => {
    expect(readdirSync(FILES).sort()).to.deep.equal(Object.keys(CASES).sort());
    expect(existsSync(join(FILES, 'good', 'loan.csv'))).to.equal(true);
  });

  for (const [name, expected] of Object.entries(CASES)) {
    it(`${name}: ${expected.rule}`, async () => {
      const before = await sourceOf();
      const result = await load(name);
      if (expected.error) {
        expect(result).to.have.property('name', 'InvalidRequest');
        expect(result).to.have.property('message').that.matches(expected.error);
        expect(await sourceOf()).to.equal(before);
        return;
      }
      if (result instanceof Error) throw result;
      expect(problemsOf(result)).to.deep.equal(expected.refused ?? expected.loaded);
      expect(result.outcome).to.equal(expected.refused ? 'refused' : 'loaded');
      if (expected.refused) expect(await sourceOf()).to.equal(before);
      else expect(await figures()).to.deep.equal(expected.figures ?? GOOD);
    });
  }
});
