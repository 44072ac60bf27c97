import { expect } from 'chai';
import { InvalidRequest } from '../../../platform/errors.ts';
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
  book: { is_sample: false, tolerance: '0.0000' },
  columns: [
    { name: 'loan_id', kind: 'text' },
    { name: 'due', kind: 'day' },
    { name: 'days', kind: 'integer' },
    { name: 'amount', kind: 'money' },
  ],
  rows: TEXTS.map((loan_id) => ({ loan_id, due: '2021-10-15', days: 3, amount: '100790.3333' })),
  totals: [{ label: 'total KES', currency: 'KES', sums: { amount: '12.0001' } }],
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

  it('shows money in the minor units of its currency, other kinds as they are', async () => {
    const columns: Report['columns'] = [
      { name: 'currency', kind: 'text' },
      { name: 'amount', kind: 'money' },
      { name: 'share', kind: 'share' },
      { name: 'rate', kind: 'decimal' },
      { name: 'at', kind: 'instant' },
      { name: 'suspect', kind: 'boolean' },
    ];
    const rest = { share: '0.014313', rate: '1543.2100', at: '2021-10-15T01:02:03Z' };
    const rows = ['KES', 'UGX', null].map((currency) => ({
      ...{ currency, amount: '39425917.9860', ...rest, suspect: currency === 'KES' },
    }));
    const [sheet] = readWorkbook(
      await asXlsx([{ name: 'rates', columns, rows, totals: [], notes: [] }]),
    );
    expect(sheet?.rows[1]).to.deep.equal([
      ...['KES', 39_425_917.986, 0.014313, 1543.21, 'instant:2021-10-15T01:02:03', true],
    ]);
    expect(sheet?.rows[2]?.at(-1)).to.equal(false);
    expect(sheet?.formats.map((row) => row[1])).to.deep.equal([
      ...[null, '#,##0.00', '#,##0', '#,##0.00'],
    ]);
    expect(sheet?.formats[1]?.slice(2, 4)).to.deep.equal(['0.00%', '#,##0.0000']);
    expect(sheet?.filter).to.equal('A1:F4');
    for (const [at, shown] of ['currency', '39,425,917.99', '1.43%', '1,543.2100'].entries())
      expect(sheet?.widths[at], shown).to.be.at.least(shown.length + 2);
  });

  it('writes days that a spreadsheet does not know as text', async () => {
    const days = ['1899-12-31', '1900-02-28', '1900-03-01'];
    const rows = days.map((due) => ({ loan_id: 'L', due, days: 1, amount: '1.0000' }));
    const [sheet] = readWorkbook(await asXlsx([{ ...report, rows, totals: [], notes: [] }]));
    expect(sheet?.rows.slice(1).map((row) => row[1])).to.deep.equal([
      ...['1899-12-31', '1900-02-28', 'day:1900-03-01'],
    ]);
  });

  it('cuts a text that no cell holds, and says so', async () => {
    const row = { loan_id: 'x'.repeat(40_000), due: null, days: null, amount: null };
    const [sheet] = readWorkbook(await asXlsx([one(row)]));
    const text = String(sheet?.rows[1]?.[0]);
    expect(text).to.have.length(32_767);
    expect(text).to.match(/x… \[cut\]$/);
  });

  it('refuses more rows than a sheet holds, and names the format that has no limit', async () => {
    const rows = Array.from({ length: 1_048_576 }, () => ({}));
    const error = await asXlsx([{ ...report, rows }]).catch((thrown: Error) => thrown);
    expect(error).to.be.instanceOf(InvalidRequest);
    expect((error as Error).message).to.equal(
      'loans has 1048576 rows and a sheet holds 1048576: use CSV',
    );
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
