import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { BOOK_FILES } from '../../../loans/columns.ts';
import { loadLoanBook } from '../../../loans/load.ts';
import { generateLoanBook } from '../../../tools/random-book/generate.ts';
import { coveredDays, payingStatuses } from '../../support/allocated-by-hand.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';

/** FC_SEED draws other spoilings. */
const SEED = Number(process.env['FC_SEED'] ?? 20_211_015);
const RUNS = 500;
/** Books that are loaded at once, each into a database of its own. */
const AT_ONCE = 2;
/** What a load warns about when an instalment is missing that no row of the file tells of. */
const RECONCILED = ['no_schedule', 'schedule_below_principal', 'term_differs'];

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
    // A file without a currency is complete: no program can notice that it had one.
    const at = place % (rows[0] as string[]).filter((name) => name !== 'currency').length;
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

/** A loan as it is loaded: its terms, the rows that it has, and when each instalment was covered. */
interface Loaded {
  loan_id: string;
  terms: string;
  instalments: { id: string; day: string; amount: string; covered: string | null }[];
  payments: { id: string; day: string; amount: string; status: string }[];
}
interface Problem {
  file: string;
  outcome: string;
  code: string;
  raw: string;
}
type Book = Map<string, Loaded>;

const LOADED = `
  select loan_id, concat_ws(' ', date_of_release, loan_amount, borrower_id, currency) as terms,
         coalesce((
           select json_agg(json_build_object('id', schedule_id, 'day', due_date,
                                             'amount', cast(amount as text),
                                             'covered', date_covered) order by instalment_number)
           from allocated_instalments i where i.loan_id = loans.loan_id), '[]') as instalments,
         coalesce((
           select json_agg(json_build_object('id', payment_id, 'day', date_paid,
                                             'amount', cast(amount_paid as text),
                                             'status', status) order by payment_id)
           from loan_payments p where p.loan_id = loans.loan_id), '[]') as payments
  from loans`;

type KeyOf<Item> = (item: Item) => string;
const without = <Item>(items: readonly Item[], gone: readonly Item[], keyOf: KeyOf<Item>) =>
  gone.reduce<Item[]>(
    (left, one) => {
      const at = left.findIndex((other) => keyOf(other) === keyOf(one));
      return at === -1 ? left : left.toSpliced(at, 1);
    },
    [...items],
  );
const rowKey = ({ day, amount }: { day: string; amount: string }) => `${day} ${amount}`;

/** Throws unless the loan is that of the good book less the rows that the problems name. */
function checkLoan(id: string, was: Loaded | undefined, is: Loaded | undefined, all: Problem[]) {
  const ids = new RegExp(`[LSP]${id.replace(/\D/g, '')}`);
  const lines = ({ raw }: Problem) => raw.replaceAll('"', '').split('\n');
  const mentions = (of: readonly Problem[]) =>
    of.flatMap(lines).filter((line) => ids.test(line)).length;
  const named = (file: string) =>
    mentions(all.filter((one) => one.file === file && /rejected|ignored/.test(one.outcome)));
  const isReconciled = mentions(all.filter(({ code }) => RECONCILED.includes(code))) > 0;
  const children = named('payment_schedule.csv') + named('loan_payment.csv');
  // A loan whose id was changed has none of the rows.
  if (!was) return expect([is?.instalments, is?.payments, isReconciled]).to.eql([[], [], true]);
  if (!is)
    return expect(
      named('loan.csv') > 0 || children >= was.instalments.length + was.payments.length,
      'the loan is gone',
    ).to.equal(true);
  expect(is.terms).to.equal(was.terms);
  for (const [file, before, now] of [
    ['payment_schedule.csv', was.instalments, is.instalments],
    ['loan_payment.csv', was.payments, is.payments],
  ] as const) {
    expect(without(now, before, rowKey), `${file}: rows that the good book lacks`).to.eql([]);
    const lost = before.length - now.length;
    const isNamed = lost <= named(file) || (file === 'payment_schedule.csv' && isReconciled);
    expect(isNamed, `${file}: ${lost} rows lost, ${named(file)} named`).to.equal(true);
  }
  return checkFigures(is);
}

/** Works the figures out a second time from the rows that are left. */
function checkFigures({ instalments, payments }: Loaded): void {
  expect(payments.map(({ status }) => status)).to.eql(payingStatuses(payments));
  expect(instalments.map(({ covered }) => covered)).to.eql(coveredDays(instalments, payments));
}

describe('a spoiled loan book', function () {
  this.timeout(300_000);
  const root = mkdtempSync(join(tmpdir(), 'fx-spoil-'));
  const good = join(root, 'good');
  let databases: TestDatabase[];
  let unspoiled: Book;
  let known: Problem[];
  before(async () => {
    databases = await Promise.all(Array.from({ length: AT_ONCE }, () => testDatabase()));
    await makeGoodBook();
    const [database] = databases as [TestDatabase];
    expect(await loadLoanBook(database.db, good)).to.have.property('outcome', 'loaded');
    [unspoiled, known] = [await loadedBook(database), await problemsOf(database)];
    for (const loan of unspoiled.values()) checkFigures(loan);
  });
  after(async () => {
    await Promise.all(databases.map((database) => database.drop()));
    rmSync(root, { recursive: true });
  });

  /** The files that a book cannot do without, with a currency of each loan's own. */
  async function makeGoodBook(): Promise<void> {
    await generateLoanBook(join(root, 'all'), { loans: 12, seed: 3 });
    mkdirSync(good);
    for (const { file } of BOOK_FILES.filter(({ optional }) => !optional)) {
      const rows = readFileSync(join(root, 'all', file), 'utf8').split('\r\n');
      const currency = (row: string) => (/[13579]$/.test(row.split(',')[1] ?? '') ? 'KES' : 'NGN');
      const written =
        file === 'loan.csv'
          ? rows.map((row, at) => `${row},${at === 0 ? 'currency' : currency(row)}`)
          : rows;
      writeFileSync(join(good, file), written.join('\r\n'));
    }
  }
  const loadedBook = async (database: TestDatabase): Promise<Book> =>
    new Map((await database.query<Loaded & object>(LOADED)).map((loan) => [loan.loan_id, loan]));
  const problemsOf = (database: TestDatabase) =>
    database.query<Problem & object>('select file, outcome, code, raw from rejected_rows');

  function spoil(dir: string, draw: Draw): void {
    const { file } = pick(
      BOOK_FILES.filter(({ optional }) => !optional),
      draw.file,
    );
    const path = join(dir, file);
    const text = readFileSync(path, 'utf8');
    const inRows = ROW_SPOILINGS[draw.spoiling];
    if (inRows) {
      const rows = text.split('\r\n').map((line) => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/));
      inRows(rows, draw);
      writeFileSync(path, rows.map((row) => row.join(',')).join('\r\n'));
    } else if (draw.spoiling === 'a file deleted') rmSync(path);
    else if (draw.spoiling === 'a parent row deleted') {
      const parents = join(dir, pick(['borrower.csv', 'loan.csv'], draw.file));
      const rows = readFileSync(parents, 'utf8').split('\r\n');
      rows.splice(1 + (draw.row % (rows.length - 1)), 1);
      writeFileSync(parents, rows.join('\r\n'));
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

  const drawn = `${RUNS} runs, FC_SEED=${SEED}`;
  it(`is refused, or is the good book less what is named (${drawn})`, async () => {
    const outcomes = { refused: 0, same: 0, less: 0 };
    async function check(draw: Draw, database: TestDatabase, dir: string): Promise<void> {
      rmSync(dir, { recursive: true, force: true });
      cpSync(good, dir, { recursive: true });
      spoil(dir, draw);
      const report = await loadLoanBook(database.db, dir, {
        ...(draw.acceptsLoss && { accepted: { percent: '100' } }),
      }).catch((error: Error) => error);
      if (report instanceof Error)
        expect(report.name, report.stack ?? '').to.equal('InvalidRequest');
      if (report instanceof Error || report.outcome === 'refused') {
        outcomes.refused++;
        return;
      }
      const now = await loadedBook(database);
      const key = (problem: Problem) => JSON.stringify(problem);
      const fresh = without(await problemsOf(database), known, key);
      const ids = [...new Set([...unspoiled.keys(), ...now.keys()])];
      const differing = ids.filter(
        (id) => JSON.stringify(now.get(id)) !== JSON.stringify(unspoiled.get(id)),
      );
      try {
        for (const id of differing) checkLoan(id, unspoiled.get(id), now.get(id), fresh);
      } catch (error) {
        (error as Error).message += ` in ${JSON.stringify({ draw, differing })}`;
        throw error;
      }
      outcomes[differing.length === 0 ? 'same' : 'less']++;
    }
    const samples = fc.sample(draws, { numRuns: RUNS, seed: SEED });
    await Promise.all(
      databases.map(async (database, at) => {
        for (let draw = samples.pop(); draw; draw = samples.pop())
          await check(draw, database, join(root, `spoiled-${at}`));
      }),
    );
    expect(outcomes.refused + outcomes.same + outcomes.less).to.equal(RUNS);
    for (const [outcome, times] of Object.entries(outcomes))
      expect(times, outcome).to.be.greaterThan(RUNS / 20);
  });
});
