import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import axios from 'axios';
import { expect } from 'chai';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { command, freePort, get } from '../../support/process.ts';
import { readWorkbook } from '../../support/workbook.ts';

const LOANS = 30_000;
/** All rows at once need several times as much. */
const SMALL_HEAP = { NODE_OPTIONS: '--max-old-space-size=64', LOG_LEVEL: 'error' };

describe('a loan book that does not fit the memory', function () {
  this.timeout(120_000);
  let database: TestDatabase;
  let dir: string;
  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'fx-large-'));
    database = await testDatabase();
    await database.query(`
      set statement_timeout = 0;
      insert into borrowers (borrower_id) values ('B');
      insert into loans (loan_id, borrower_id, date_of_release, loan_amount, currency)
        select 'L' || n, 'B', '2024-01-01', n, 'KES' from generate_series(1, ${LOANS}) n`);
  });
  after(async () => {
    rmSync(dir, { recursive: true });
    await database.drop();
  });

  async function countLines(source: Readable): Promise<number> {
    let lines = 0;
    for await (const _ of createInterface(source)) lines++;
    return lines;
  }

  for (const format of ['csv', 'xlsx'])
    it(`is written row by row by npm run report as ${format}`, async () => {
      const file = join(dir, `book.${format}`);
      const report = command('report', { ...SMALL_HEAP, DATABASE_URL: database.url }, [
        ...['loans', '--as-of', '2024-06-01', '--format', format, '--out', file],
      ]);
      expect(await report.exited, report.output()).to.equal(0);
      const rows =
        format === 'csv'
          ? await countLines(createReadStream(file))
          : (readWorkbook(readFileSync(file))[0]?.rows.findIndex(([id]) => id === 'total KES') ??
            0);
      expect(rows).to.equal(LOANS + 1);
    });

  it('is sent row by row by the API, in every format', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const settings = { DATABASE_URL: database.url, PORT: String(port) };
    const api = command('api', { ...SMALL_HEAP, ...settings });
    try {
      await eventually(async () => expect((await get(`${url}/livez`))?.status).to.equal(200));
      for (const format of ['csv', 'xlsx', 'json']) {
        const { data } = await axios.get<Readable>(
          `${url}/v2/reports/loans.${format}?as_of=2024-06-01`,
          { responseType: 'stream' },
        );
        let bytes = 0;
        for await (const chunk of data) bytes += (chunk as Buffer).length;
        expect(bytes, format).to.be.greaterThan(LOANS * 10);
      }
      expect(api.output()).to.equal('');
    } finally {
      api.kill('SIGTERM');
      await api.exited;
    }
  });
});
