import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { seedLoanBook } from '../../../loans/sample.ts';
import { asXlsx, type Sheet } from '../../../reports/as-xlsx.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { readLoans } from '../../support/read-report.ts';
import { isInstalled, skipWithout } from '../../support/requirements.ts';

/** Comma, double quotes, UTF-8, from line 1; numbers as the cell shows them. */
const AS_SHOWN = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true';

const RATES: Sheet = {
  name: 'rates',
  columns: [
    { name: 'quote', kind: 'text' },
    { name: 'rate', kind: 'decimal' },
    { name: 'rate_date', kind: 'day' },
    { name: 'observed_at', kind: 'instant' },
    { name: 'suspect', kind: 'boolean' },
  ],
  rows: [
    {
      ...{ quote: 'UGX', rate: '3712.4500', rate_date: '2026-11-24' },
      ...{ observed_at: '2026-11-24T01:02:03Z', suspect: false },
    },
  ],
  totals: [],
  notes: [],
};

describe('workbooks opened in LibreOffice', function () {
  this.timeout(120_000);
  let database: TestDatabase;
  let dir: string;
  before(async function () {
    const missing = isInstalled('soffice') ? null : 'no soffice (Debian: libreoffice-calc)';
    skipWithout(this, 'opening workbooks in LibreOffice', missing);
    dir = mkdtempSync(join(tmpdir(), 'fx-sheet-'));
    database = await testDatabase();
    await seedLoanBook(database.db);
  });
  after(async () => {
    if (dir) rmSync(dir, { recursive: true });
    await database?.drop();
  });

  /** What LibreOffice shows of the first sheet, as CSV. */
  async function open(name: string, sheets: readonly Sheet[]): Promise<string> {
    writeFileSync(join(dir, `${name}.xlsx`), await buffer(asXlsx(sheets)));
    const { status, stderr } = spawnSync(
      'soffice',
      [
        ...[`-env:UserInstallation=file://${dir}/profile`, '--headless', '--convert-to', AS_SHOWN],
        ...['--outdir', dir, join(dir, `${name}.xlsx`)],
      ],
      { encoding: 'utf8', timeout: 100_000 },
    );
    expect(status, stderr).to.equal(0);
    return readFileSync(join(dir, `${name}.csv`), 'utf8');
  }

  it('show money, days, totals and notes of a loan report', async () => {
    const shown = await open('loans', [
      await readLoans(database.db, '2021-10-15', { withTotals: true }),
    ]);
    const [header, first, ...rest] = shown.trim().split('\n');
    expect(header).to.match(/^loan_id,borrower_id,date_of_release,/);
    expect(first).to.match(/^09u924rbwf,123fd35,2021-04-16,36,"45,784,937\.00","1,200,000\.00",/);
    expect(rest.join('\n')).to.match(/\ntotal KES,.*"46,994,421\.00"/);
    expect(shown).to.match(/\nTolerance 0: an instalment/);
    expect(shown).to.not.contain('###');
  });

  it('show rates, instants and booleans as such', async () => {
    expect((await open('rates', [RATES])).trim().split('\n')[1]).to.equal(
      'UGX,"3,712.4500",2026-11-24,2026-11-24 01:02:03,FALSE',
    );
  });
});
