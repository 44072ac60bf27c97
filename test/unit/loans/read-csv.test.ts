import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readRows } from '../../../loans/read-rows.ts';

describe('reading the rows of a raw file', () => {
  const dir = mkdtempSync(join(tmpdir(), 'fx-rows-'));
  after(() => rmSync(dir, { recursive: true }));
  const rowsOf = async (content: string | Buffer) => {
    writeFileSync(join(dir, 'some.csv'), content);
    const rows: [number, ...string[]][] = [];
    for await (const some of readRows(join(dir, 'some.csv')))
      for (const { line, fields } of some) rows.push([line, ...fields]);
    return rows;
  };

  const same: [what: string, content: string][] = [
    ['CRLF', 'a,b\r\n1,2\r\n3,4\r\n'],
    ['LF', 'a,b\n1,2\n3,4\n'],
    ['a last line without a line end', 'a,b\r\n1,2\r\n3,4'],
    ['a BOM', '\ufeffa,b\r\n1,2\r\n3,4'],
    ['mixed line ends', 'a,b\r\n1,2\n3,4\r\n'],
    ['quotes', '"a","b"\r\n"1","2"\r\n"3", "4" '],
  ];
  for (const [what, content] of same) {
    it(`takes a file with ${what}`, async () => {
      expect(await rowsOf(content)).to.deep.equal([
        [1, 'a', 'b'],
        [2, '1', '2'],
        [3, '3', '4'],
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
      .that.matches(/^some\.csv: line 3, column 2: a quote is never closed/);
  });

  it('stops at a row that would fill the memory', async () => {
    const error = await rowsOf(`a,b\n1,"${'x\n'.repeat(50_000)}`).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error)
      .to.have.property('message')
      .that.matches(/^some\.csv: line 2, column 2: .*longer than 65536 characters/);
  });
});
