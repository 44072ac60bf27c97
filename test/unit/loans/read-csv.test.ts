import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { detectDialect, readCsv, splitRow } from '../../../loans/read-csv.ts';

describe('reading the rows of a raw file', () => {
  const dir = mkdtempSync(join(tmpdir(), 'fx-rows-'));
  after(() => rmSync(dir, { recursive: true }));
  const rowsOf = async (content: string | Buffer) => {
    const path = join(dir, 'some.csv');
    writeFileSync(path, content);
    const rows: [number, ...string[]][] = [];
    for await (const some of readCsv(path, 'some.csv', await detectDialect(path, 'some.csv')))
      for (const { line, fields } of some) rows.push([line, ...fields]);
    return rows;
  };

  const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
  const same: [what: string, content: string | Buffer][] = [
    ['CRLF', 'a,b\r\n1,2\r\n3,4\r\n'],
    ['LF', 'a,b\n1,2\n3,4\n'],
    ['a last line without a line end', 'a,b\r\n1,2\r\n3,4'],
    ['a BOM', '\ufeffa,b\r\n1,2\r\n3,4'],
    ['mixed line ends', 'a,b\r\n1,2\n3,4\r\n'],
    ['quotes', '"a","b"\r\n"1","2"\r\n"3", "4" '],
    ['CR line ends', 'a,b\r1,2\r3,4\r'],
    ['semicolons', 'a;b\r\n1;2\r\n3;4'],
    ['tabs', 'a\tb\r\n1\t2\r\n3\t4'],
    ['UTF-16 and a BOM', utf16('a,b\r\n1,2\r\n3,4')],
    ['UTF-16 big endian and a BOM', utf16('a,b\r\n1,2\r\n3,4').swap16()],
    ['rows of commas and spaces', 'a,b\r\n1,2\r\n3,4\r\n,,\r\n , \r\n'],
  ];
  for (const [what, content] of same) {
    it(`takes a file with ${what}`, async () => {
      const rows = await rowsOf(content);
      expect(rows.map((row) => row.map((field) => String(field).trim()))).to.deep.equal([
        ['1', 'a', 'b'],
        ['2', '1', '2'],
        ['3', '3', '4'],
      ]);
    });
  }

  it('takes quoted commas, quotes, line ends and spaces around quotes as one field', async () => {
    const rows = await rowsOf('a,b\r\n"x, y","say ""hi"""\r\n"two\r\nlines",1\r\n "p, q" ,2\r\n');
    expect(rows).to.deep.equal([
      [1, 'a', 'b'],
      [2, 'x, y', 'say "hi"'],
      [3, 'two\r\nlines', '1'],
      [5, 'p, q', '2'],
    ]);
  });

  it('counts blank lines but makes no rows of them', async () => {
    expect(await rowsOf('a\r\n\r\n  \r\n1\r\n')).to.deep.equal([
      [1, 'a'],
      [4, '1'],
    ]);
  });

  it('keeps a quote in the middle of a field', async () => {
    expect(await rowsOf('a,b\n5" pipe,2')).to.deep.equal([
      [1, 'a', 'b'],
      [2, '5" pipe', '2'],
    ]);
  });

  it('names the file and the row when a quote is never closed', async () => {
    const error = await rowsOf('a,b\r\n1,2\r\n3,"open\r\n4,5\r\n').then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error).to.have.property('name', 'InvalidRequest');
    expect(error)
      .to.have.property('message')
      .that.matches(/^some\.csv: line 3: a quote is never closed/);
  });

  for (const delimiter of [';', '\t'])
    it(`finds the delimiter ${JSON.stringify(delimiter)} below a blank line`, async () => {
      expect(await rowsOf(`\r\n  \r\na${delimiter}b\r\n1${delimiter}2\r\n`)).to.deep.equal([
        [3, 'a', 'b'],
        [4, '1', '2'],
      ]);
    });

  for (const end of ['', '\n'])
    it(`says that a row is too long, whatever it quotes, ended by "${end && 'LF'}"`, async () => {
      const error = await rowsOf(`a,b\n"1",${'x'.repeat(70_000)}${end}`).catch((err: Error) => err);
      expect(error)
        .to.have.property('message')
        .that.equals('some.csv: line 2: a row is longer than 65536 characters');
    });

  it('stops at a row that would fill the memory', async () => {
    const error = await rowsOf(`a,b\n1,"${'x\n'.repeat(50_000)}`).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error)
      .to.have.property('message')
      .that.matches(/^some\.csv: line 2: a quote is never closed/);
  });

  const notText: [what: string, content: Buffer, message: RegExp][] = [
    ['Latin-1', Buffer.from('a,b\nS\u00e3o,2', 'latin1'), /neither UTF-8 nor UTF-16.*CSV UTF-8$/],
    ['UTF-16 without a BOM', Buffer.from('a,b\n1,2', 'utf16le'), /save as CSV UTF-8$/],
    ['a workbook', Buffer.from('PK\x03\x04...'), /a zip archive or an Excel workbook: .*CSV UTF-8/],
    ['a cut-off character', Buffer.from('a,b\n1,\u00e3').subarray(0, -1), /save as CSV UTF-8$/],
  ];
  for (const [what, content, message] of notText) {
    it(`refuses ${what} and says what to save`, async () => {
      const error = await rowsOf(content).catch((thrown: Error) => thrown);
      expect(error).to.have.property('name', 'InvalidRequest');
      expect(error).to.have.property('message').that.matches(message);
    });
  }

  it('splits rows as csv-parse does, whatever is quoted', () => {
    const field = fc.string({ unit: fc.constantFrom('a', '1', ' ', ',', ';', '"', '\n', 'é') });
    const written = field.map((text) =>
      /[",;\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text,
    );
    fc.assert(
      fc.property(
        fc.array(written, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(',', ';'),
        (fields, delimiter) => {
          const raw = fields.join(delimiter);
          const [expected = ['']] = parse(raw, { delimiter, relax_column_count: true });
          expect(splitRow(raw, delimiter)).to.deep.equal(expected);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
