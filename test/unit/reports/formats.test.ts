import { expect } from 'chai';
import { asCsv } from '../../../reports/as-csv.ts';
import { asTable } from '../../../reports/as-table.ts';
import { asXlsx } from '../../../reports/as-xlsx.ts';
import type { Report } from '../../../reports/report.ts';
import { readWorkbook } from '../../support/workbook.ts';

const TEXTS = [
  '=1+1',
  '+1',
  '-1',
  '@x',
  '\tx',
  '\rx',
  '\nx',
  "'x",
  'a=b',
  'two, "words"',
  '',
  'é & <b>',
];
const report: Report = {
  name: 'loans',
  columns: [
    { name: 'loan_id', kind: 'text' },
    { name: 'due', kind: 'day' },
    { name: 'days', kind: 'integer' },
    { name: 'amount', kind: 'decimal' },
  ],
  rows: TEXTS.map((loan_id) => ({ loan_id, due: '2021-10-15', days: 3, amount: '100790.3333' })),
  totals: [{ label: 'total KES', sums: { amount: '12.0001' } }],
  notes: ['a note'],
};
const SAFE = [
  "'=1+1",
  "'+1",
  "'-1",
  "'@x",
  "'\tx",
  "'\rx",
  "'\nx",
  "'x",
  'a=b',
  'two, "words"',
  '',
  'é & <b>',
];
const one = (row: Report['rows'][number]): Report => ({
  ...report,
  rows: [row],
  totals: [],
  notes: [],
});

describe('a report as CSV', () => {
  it('keeps every digit, quotes what must be, and defuses what a spreadsheet would run', () => {
    const [header, ...lines] = asCsv({
      ...report,
      rows: report.rows.filter(({ loan_id }) => !/[\r\n]/.test(String(loan_id))),
    })
      .trim()
      .split('\n');
    expect(header).to.equal('loan_id,due,days,amount');
    expect(lines.map((line) => line.replace(',2021-10-15,3,100790.3333', ''))).to.deep.equal([
      ...["'=1+1", "'+1", "'-1", "'@x", "'\tx", "'x", 'a=b', '"two, ""words"""', '', 'é & <b>'],
    ]);
  });

  it('keeps a line end within its field', () => {
    expect(asCsv(one({ loan_id: '\rx', due: null, days: null, amount: null }))).to.equal(
      'loan_id,due,days,amount\n"\'\rx",,,\n',
    );
    expect(asCsv(one({ loan_id: '\nx', due: null, days: null, amount: null }))).to.equal(
      'loan_id,due,days,amount\n"\'\nx",,,\n',
    );
  });

  it('leaves totals out', () => {
    expect(asCsv(report)).to.not.contain('total');
  });
});

describe('a report as a workbook', () => {
  it('has real days and numbers, a header that stays, harmless text, totals and notes', async () => {
    const [sheet] = readWorkbook(await asXlsx([report]));
    expect(sheet).to.include({ name: 'loans', frozenRows: 1 });
    const [header, ...rows] = sheet!.rows;
    expect(header).to.deep.equal(['loan_id', 'due', 'days', 'amount']);
    expect(rows.slice(0, TEXTS.length)).to.deep.equal(
      SAFE.map((text) => [text || null, 'day:2021-10-15', 3, 100_790.3333]),
    );
    expect(rows.slice(TEXTS.length)).to.deep.equal([
      ['total KES', null, null, 12.0001],
      ['a note'],
    ]);
  });

  it('keeps more digits than a number holds, as text', async () => {
    const row = { loan_id: 'L', due: null, days: null, amount: '123456789012.3456' };
    const [sheet] = readWorkbook(await asXlsx([one(row)]));
    expect(sheet!.rows[1]?.[3]).to.equal('123456789012.3456');
  });

  it('stays readable whatever characters a text holds', async () => {
    const [sheet] = readWorkbook(
      await asXlsx([one({ loan_id: 'a\u0001\ufffeb', due: null, days: null, amount: null })]),
    );
    expect(sheet!.rows[1]?.[0]).to.equal('ab');
  });

  it('has a sheet for each report, also for an empty one', async () => {
    const empty: Report = { ...report, name: 'missed', rows: [], totals: [], notes: [] };
    expect(readWorkbook(await asXlsx([report, empty])).map(({ name }) => name)).to.deep.equal([
      'loans',
      'missed',
    ]);
  });
});

describe('a report as a table', () => {
  it('aligns, and lets no text redraw the terminal', () => {
    expect(
      asTable(one({ loan_id: 'a\u001b[2J', due: '2021-10-15', days: 3, amount: '1.0000' })),
    ).to.equal(
      'loan_id  due         days  amount\n-------  ----------  ----  ------\na [2J    2021-10-15     3  1.0000\n',
    );
  });
});
