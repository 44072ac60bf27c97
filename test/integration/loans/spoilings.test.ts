import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { BOOK_FILES } from '../../../loans/columns.ts';
import { loadLoanBook } from '../../../loans/load.ts';
import { generateLoanBook } from '../../../tools/random-book/generate.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';

/** FC_SEED draws other spoilings. */
const SEED = Number(process.env['FC_SEED'] ?? 20_211_015);
const RUNS = 500;
/** Books that are loaded at once, each into a database of its own. */
const AT_ONCE = 4;

/** One draw: which file, row and place are spoiled, and in which variant. */
interface Draw {
  spoiling: string;
  file: number;
  row: number;
  place: number;
  variant: number;
  acceptsLoss: boolean;
}
type Rows = string[][];
type Spoil = (rows: Rows, draw: Draw) => void;

const pick = <Item>(items: readonly Item[], at: number): Item => items[at % items.length] as Item;
const dataRow = (rows: Rows, at: number) => rows[1 + (at % (rows.length - 1))] as string[];
const columnOf = (rows: Rows, pattern: RegExp) => rows[0]?.findIndex((name) => pattern.test(name));

/** Writes every day of a file another way. */
function rewriteDays(rows: Rows, write: (day: { m: string; d: string; y: string }) => string) {
  for (const row of rows.slice(1))
    for (const [at, field] of row.entries()) {
      const [, m = '', d = '', y = ''] = /^(\d+)\/(\d+)\/(\d{4})$/.exec(field.trim()) ?? [];
      if (y !== '') row[at] = write({ m, d, y });
    }
}

/**
 * Spoilings of the rows of one file. What no program can notice, such as another digit, is not one.
 */
const ROW_SPOILINGS: Record<string, Spoil> = {
  'days day-first': (rows) => rewriteDays(rows, ({ m, d, y }) => `${d}/${m}/${y}`),
  'days in ISO': (rows) =>
    rewriteDays(rows, ({ m, d, y }) => `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}`),
  'a day that is none': (rows, { row, variant }) => {
    const at = columnOf(rows, /date/i) ?? -1;
    const wrong = ['02/99/2021', '31/12/2020', '44217', '1/1/21', '', '2021-13-01', '01/01/2205'];
    if (at !== -1) dataRow(rows, row)[at] = pick(wrong, variant);
  },
  'an amount that is none': (rows, { row, variant }) => {
    const at = columnOf(rows, /amount/i) ?? -1;
    const wrong = ['1.234.567', '1,5', 'n/a', '', '-77.77', '1e5', '1.5.5'];
    if (at !== -1) dataRow(rows, row)[at] = pick(wrong, variant);
  },
  'an unknown parent': (rows, { row }) => {
    const cells = dataRow(rows, row);
    cells[0] = `${cells[0]}X`;
  },
  'a spreadsheet shortened an id': (rows, { row, place }) => {
    dataRow(rows, row)[place % 2] = '1.23457E+12';
  },
  'a blank id': (rows, { row, place }) => {
    dataRow(rows, row)[place % 2] = ' ';
  },
  'a row again': (rows, { row }) => void rows.push([...dataRow(rows, row)]),
  'a row again with another amount': (rows, { row }) => {
    const cells = [...dataRow(rows, row)];
    const at = columnOf(rows, /amount|city|^branch$|name/i) ?? -1;
    if (at !== -1) rows.push(cells.map((cell, n) => (n === at ? '4321.5' : cell)));
  },
  'the header again': (rows, { row }) => {
    rows.splice(1 + (row % rows.length), 0, [...(rows[0] as string[])]);
  },
  'blank rows': (rows, { row }) => {
    rows.splice(
      1 + (row % rows.length),
      0,
      [''],
      (rows[0] as string[]).map(() => ' '),
    );
  },
  'a field missing': (rows, { row }) => void dataRow(rows, row).pop(),
  'a field too many': (rows, { row, place }) => {
    dataRow(rows, row).splice(place % 4, 0, 'more');
  },
  'a column deleted': (rows, { place }) => {
    const at = place % (rows[0] as string[]).length;
    for (const row of rows) row.splice(at, 1);
  },
  'columns turned around': (rows) => {
    for (const row of rows) row.reverse();
  },
  'headers in capitals': (rows) => {
    rows[0] = (rows[0] as string[]).map((name) => ` ${name.toUpperCase()} `);
  },
};

/** Spoilings of the text of one file. */
const TEXT_SPOILINGS: Record<string, (text: string, draw: Draw) => string | Buffer> = {
  'a stray quote': (text, { place }) => insertQuotes(text, [place]),
  'two stray quotes': (text, { place, row }) => insertQuotes(text, [place, place + (row % 200)]),
  delimiter: (text, { variant }) => text.replaceAll(',', pick([';', '\t', '|'], variant)),
  'line ends': (text, { variant }) => text.replaceAll('\r\n', pick(['\r', '\n'], variant)),
  'UTF-16': (text, { variant }) => {
    const encoded = Buffer.from(`\ufeff${text}`, 'utf16le');
    return variant % 2 ? encoded : encoded.swap16();
  },
  'UTF-16 without a BOM': (text) => Buffer.from(text.replace('\ufeff', ''), 'utf16le'),
  'Latin-1': (text) => Buffer.from(text.replace('\ufeff', 'é'), 'latin1'),
};

function insertQuotes(text: string, places: readonly number[]): string {
  const start = text.indexOf('\n') + 1;
  const at = places.map((place) => start + (place % (text.length - start)));
  return at.sort((a, b) => b - a).reduce((all, n) => `${all.slice(0, n)}"${all.slice(n)}`, text);
}

describe('a spoiled loan book', function () {
  this.timeout(300_000);
  const root = mkdtempSync(join(tmpdir(), 'fx-spoil-'));
  const good = join(root, 'good');
  let databases: TestDatabase[];
  let unspoiled: Map<string, string>;
  before(async () => {
    databases = await Promise.all(Array.from({ length: AT_ONCE }, () => testDatabase()));
    await generateLoanBook(good, { loans: 12, seed: 3 });
    const [database] = databases as [TestDatabase];
    await loadLoanBook(database.db, good);
    unspoiled = await figures(database);
  });
  after(async () => {
    await Promise.all(databases.map((database) => database.drop()));
    rmSync(root, { recursive: true });
  });

  /** Every figure of each loan: what is due and covered when, what was received, and its terms. */
  async function figures(database: TestDatabase): Promise<Map<string, string>> {
    const rows = await database.query<{ loan_id: string; figures: string }>(`
      select loan_id, concat_ws(' ', date_of_release, loan_amount, borrower_id,
               coalesce(loans.currency, branches.currency),
               (select string_agg(concat_ws(':', due_date, amount, date_covered), ' '
                                  order by instalment_number)
                from allocated_instalments a where a.loan_id = loans.loan_id),
               (select string_agg(date_paid || ':' || amount_paid, ' '
                                  order by date_paid, amount_paid)
                from loan_payments p where p.loan_id = loans.loan_id and status = 'received')
             ) as figures
      from loans
      left join loan_branches using (loan_id)
      left join branches using (branch_id)`);
    return new Map(rows.map((row) => [row.loan_id, row.figures]));
  }

  /** The rows that the book says were rejected, ignored or to be looked at. */
  async function namedRows(database: TestDatabase): Promise<string> {
    const rows = await database.query<{ raw: string }>(
      `select raw from rejected_rows where outcome in ('rejected', 'ignored', 'warned')`,
    );
    return rows.map(({ raw }) => raw).join('\n');
  }

  function spoil(dir: string, draw: Draw): void {
    // The optional files add no figure that a load could miss.
    const files = BOOK_FILES.filter(({ optional }) => !optional);
    const { file } = pick(files, draw.file);
    const path = join(dir, file);
    const text = readFileSync(path, 'utf8');
    const inRows = ROW_SPOILINGS[draw.spoiling];
    if (inRows) {
      const rows = text.split('\r\n').map((line) => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/));
      inRows(rows, draw);
      writeFileSync(path, rows.map((row) => row.join(',')).join('\r\n'));
    } else if (draw.spoiling === 'a file deleted') rmSync(path);
    else if (draw.spoiling === 'a parent row deleted') {
      const lines = text.split('\r\n');
      const parents = join(dir, pick(['borrower.csv', 'loan.csv'], draw.file));
      const rows = readFileSync(parents, 'utf8').split('\r\n');
      rows.splice(1 + (draw.row % (rows.length - 1)), 1);
      writeFileSync(parents, rows.join('\r\n'));
      expect(lines.length).to.be.greaterThan(1);
    } else if (draw.spoiling === 'an instalment deleted') {
      const schedule = join(dir, 'payment_schedule.csv');
      const rows = readFileSync(schedule, 'utf8').split('\r\n');
      rows.splice(1 + (draw.row % (rows.length - 1)), 1);
      writeFileSync(schedule, rows.join('\r\n'));
    } else writeFileSync(path, TEXT_SPOILINGS[draw.spoiling]?.(text, draw) ?? text);
  }

  const draws: fc.Arbitrary<Draw> = fc.record({
    spoiling: fc.constantFrom(
      ...Object.keys(ROW_SPOILINGS),
      ...Object.keys(TEXT_SPOILINGS),
      ...['a file deleted', 'a parent row deleted', 'an instalment deleted'],
    ),
    file: fc.nat(1000),
    row: fc.nat(10_000),
    place: fc.nat(100_000),
    variant: fc.nat(1000),
    acceptsLoss: fc.boolean(),
  });

  it(`is refused, or differs only in named loans (${RUNS} runs, FC_SEED=${SEED})`, async () => {
    let loaded = 0;
    async function check(draw: Draw, database: TestDatabase, dir: string): Promise<void> {
      rmSync(dir, { recursive: true, force: true });
      cpSync(good, dir, { recursive: true });
      spoil(dir, draw);
      const report = await loadLoanBook(database.db, dir, {
        ...(draw.acceptsLoss && { accepted: { percent: '100' } }),
      }).catch((error: Error) => error);
      if (report instanceof Error) {
        expect(report.name, report.stack ?? '').to.equal('InvalidRequest');
        return;
      }
      if (report.outcome === 'refused') return;
      loaded++;
      const [now, named] = [await figures(database), await namedRows(database)];
      for (const loanId of new Set([...unspoiled.keys(), ...now.keys()]))
        if (now.get(loanId) !== unspoiled.get(loanId))
          // A row that lost its loan_id still has an id with the number of the loan.
          expect(named, `${loanId} differs and is not named: ${JSON.stringify(draw)}`).to.contain(
            loanId.slice(1),
          );
    }
    const samples = fc.sample(draws, { numRuns: RUNS, seed: SEED });
    await Promise.all(
      databases.map(async (database, at) => {
        for (let draw = samples.pop(); draw; draw = samples.pop())
          await check(draw, database, join(root, `spoiled-${at}`));
      }),
    );
    expect(loaded, 'some spoilings are understood').to.be.greaterThan(RUNS / 10);
  });
});
