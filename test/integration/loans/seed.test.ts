import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { BOOK_FILES } from '../../../loans/columns.ts';
import { loadLoanBook } from '../../../loans/load.ts';
import { type LoadReport, reportLines } from '../../../loans/report.ts';
import { isSampleFolder, seedLoanBook } from '../../../loans/sample.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';

const SAMPLE = fileURLToPath(new URL('../../../seeds/loan-book', import.meta.url));
const TABLES = [...BOOK_FILES.map(({ table }) => table), 'rejected_rows'];
const COUNTS = {
  borrowers: 2,
  loans: 4,
  payment_schedule: 84,
  loan_payments: 84,
  branches: 2,
  loan_branches: 4,
  borrower_names: 2,
  rejected_rows: 2,
};

describe('the files of the sample loan book', () => {
  for (const { file } of BOOK_FILES) {
    it(`${file} is CRLF and its last line has no line end`, () => {
      const text = readFileSync(join(SAMPLE, file), 'utf8');
      expect(text.replaceAll('\r\n', '')).to.not.match(/[\r\n]/);
      expect(text).to.match(/[^\r\n]$/);
    });
  }
});

describe('seeding the sample loan book', () => {
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
  });
  beforeEach(() => database.query(`truncate ${TABLES.join(', ')}, loan_book`));
  after(() => database.drop());

  /** Every row of every table of the book, as text. */
  async function contents(): Promise<Record<string, string[]>> {
    const found: Record<string, string[]> = {};
    for (const table of TABLES) {
      const rows = await database.query<{ row: string }>(
        `select t::text as row from ${table} as t order by 1`,
      );
      found[table] = rows.map(({ row }) => row);
    }
    return found;
  }
  const counts = async () =>
    Object.fromEntries(
      Object.entries(await contents()).map(([table, rows]) => [table, rows.length]),
    );

  it('fills an empty book and reports the repair and the warning with their lines', async () => {
    const seeded = await seedLoanBook(database.db);
    expect(await counts()).to.deep.equal(COUNTS);
    expect(seeded).to.have.property('seeded', true);
    expect(reportLines((seeded as { report: LoadReport }).report)).to.deep.equal([
      'loan book sample: 7 files, 182 rows loaded, 1 repaired, 0 rejected, loans 0 → 4',
      'borrower.csv          2 read, 2 loaded, 1 warned',
      'loan.csv              4 read, 4 loaded, 1 repaired',
      'payment_schedule.csv  84 read, 84 loaded',
      'loan_payment.csv      84 read, 84 loaded',
      'branch.csv            2 read, 2 loaded',
      'loan_branch.csv       4 read, 4 loaded',
      'borrower_name.csv     2 read, 2 loaded',
      'borrower.csv line 3, warned: borrower_credit_score "a" is not a whole number, left empty',
      'loan.csv line 3, loan 9190i0-nbfb, repaired: Maturity_date "02/29/2023" does not exist, ' +
        'moved to 2023-02-28',
      'loaded: 7 files, 182 rows loaded, 1 repaired, 0 rejected, loans 0 → 4',
    ]);
  });

  it('keeps the raw row of each repair and warning', async () => {
    await seedLoanBook(database.db);
    const rows = await database.query(
      'select file, line, outcome, raw from rejected_rows order by file',
    );
    expect(rows).to.deep.equal([
      { file: 'borrower.csv', line: 3, outcome: 'warned', raw: '123fd36,rtgio,89hfg,923475,a' },
      {
        file: 'loan.csv',
        line: 3,
        outcome: 'repaired',
        raw: '123fd36,9190i0-nbfb,02/01/2021,24,1.05,12394031,1000000,516417.9583,02/29/2023',
      },
    ]);
  });

  it('gives the sums of the worked case', async () => {
    await seedLoanBook(database.db);
    const [sums] = await database.query(`
      select (select sum(expected_payment_amount) from payment_schedule
              where loan_id = '32u09wekjbfje'
                and expected_payment_date <= '2021-10-15') as expected,
             (select sum(amount_paid) from loan_payments
              where loan_id = '32u09wekjbfje' and date_paid <= '2021-10-15') as paid`);
    expect(sums).to.deep.equal({ expected: '806322.6664', paid: '604741.9998' });
  });

  it('changes nothing the second time', async () => {
    await seedLoanBook(database.db);
    const before = await contents();
    expect(await seedLoanBook(database.db)).to.have.property('seeded', true);
    expect(await contents()).to.deep.equal(before);
  });

  it('puts the sample back when rows of it were lost', async () => {
    await seedLoanBook(database.db);
    const before = await contents();
    await database.query('delete from loan_payments');
    await seedLoanBook(database.db);
    expect(await contents()).to.deep.equal(before);
  });

  it('does not touch a book from somewhere else, and says where from', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'fx-book-'));
    cpSync(SAMPLE, dir, { recursive: true });
    writeFileSync(join(dir, 'borrower_name.csv'), 'Borrower_Id,borrower_name\r\n123fd35,joan');
    await loadLoanBook(database.db, dir);
    const before = await contents();
    expect(await seedLoanBook(database.db)).to.deep.equal({
      seeded: false,
      because: `the book from ${dir} is loaded; npm run load -- seeds/loan-book replaces it`,
    });
    expect(await contents()).to.deep.equal(before);
    rmSync(dir, { recursive: true });
    await loadLoanBook(database.db, SAMPLE);
    expect((await seedLoanBook(database.db)).seeded, 'the sample, loaded by its folder').to.equal(
      true,
    );
  });

  it('does not touch rows that no load brought', async () => {
    await database.query("insert into borrowers (borrower_id) values ('by hand')");
    expect(await seedLoanBook(database.db)).to.deep.equal({
      seeded: false,
      because: "borrowers holds rows that are not the sample's",
    });
    expect(await counts()).to.include({ borrowers: 1, loans: 0 });
  });

  it('refuses rejected rows as a load does', async () => {
    await seedLoanBook(database.db);
    const before = await contents();
    const folder = mkdtempSync(join(tmpdir(), 'fx-book-'));
    cpSync(SAMPLE, folder, { recursive: true });
    const payments = readFileSync(join(folder, 'loan_payment.csv'), 'utf8');
    writeFileSync(join(folder, 'loan_payment.csv'), `${payments}\r\nnobody,P1,01/01/2021,5`);
    const refused = await seedLoanBook(database.db, { folder });
    expect(refused).to.include({ seeded: false });
    expect((refused as { because: string }).because).to.match(
      /^1 of 85 rows of loan_payment.csv rejected, 1 of 4 loans/,
    );
    expect(await contents()).to.deep.equal(before);
    const accepted = await seedLoanBook(database.db, { folder, accepted: { rows: 1 } });
    expect(accepted).to.include({ seeded: true });
    rmSync(folder, { recursive: true });
  });

  it('marks the book as the sample, loaded by its folder too', async () => {
    const marked = () => database.query('select is_sample, notes from loan_book');
    await seedLoanBook(database.db);
    expect(await marked()).to.deep.equal([{ is_sample: true, notes: [{ code: 'sample' }] }]);
    await loadLoanBook(database.db, SAMPLE, {
      isSample: isSampleFolder(`${SAMPLE}/../loan-book/`),
    });
    expect(await marked()).to.deep.equal([{ is_sample: true, notes: [{ code: 'sample' }] }]);
  });

  it('runs as the knex seed', async () => {
    await database.db.seed.run();
    expect(await counts()).to.deep.equal(COUNTS);
  });
});
