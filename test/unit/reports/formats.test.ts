import { buffer, text } from 'node:stream/consumers';
import { expect } from 'chai';
import { InvalidRequest } from '../../../platform/errors.ts';
import { asCsv, asTable } from '../../../reports/as-text.ts';
import { asXlsx, type Sheet } from '../../../reports/as-xlsx.ts';
import type { Report, Row } from '../../../reports/report.ts';
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

const workbook = async (sheets: readonly Sheet[]) => readWorkbook(await buffer(asXlsx(sheets)));
/** So many batches of 1,000 rows, as a cursor gives them; the last amount is the widest. */
async function* batches(number: number): AsyncGenerator<Row[]> {
  for (let batch = 1; batch <= number; batch++)
    yield Array.from({ length: 1000 }, (_, at) => ({
      ...{ loan_id: `L${batch}-${at}`, due: '2021-10-15', days: at },
      amount: batch === number ? '12345678901.5000' : '1.0000',
    }));
}

describe('a report as CSV', () => {
  it('keeps every digit, quotes what must be, and defuses formulas', async () => {
    const csv = asCsv({
      ...report,
      rows: report.rows.filter(({ loan_id }) => !/[\r\n]/.test(String(loan_id))),
    });
    const [header, ...lines] = (await text(csv)).trim().split('\n');
    expect(header).to.equal('loan_id,due,days,amount');
    expect(lines.map((line) => line.replace(',2021-10-15,3,100790.3333', ''))).to.deep.equal([
      ...["'=1+1", "'+1", "'-1", "'@x", "'\tx", "'x", 'a=b', '"two, ""words"""', '', 'é & <b>'],
    ]);
  });

  it('keeps a line end within its field', async () => {
    expect(
      await text(asCsv(one({ loan_id: '\rx', due: null, days: null, amount: null }))),
    ).to.equal('loan_id,due,days,amount\n"\'\rx",,,\n');
    expect(
      await text(asCsv(one({ loan_id: '\nx', due: null, days: null, amount: null }))),
    ).to.equal('loan_id,due,days,amount\n"\'\nx",,,\n');
  });

  it('is written as its rows are read', async () => {
    const lines = (await text(asCsv({ ...report, rows: batches(3) }))).trim().split('\n');
    expect(lines).to.have.length(3001);
    expect(lines.at(-1)).to.equal('L3-999,2021-10-15,999,12345678901.5000');
  });

  it('leaves totals out', async () => {
    expect(await text(asCsv(report))).to.not.contain('total');
  });
});

describe('a report as a workbook', () => {
  it('has real days and numbers, a frozen header, harmless text, totals and notes', async () => {
    const [sheet] = await workbook([report]);
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
    const [sheet] = await workbook([{ name: 'rates', columns, rows, totals: [], notes: [] }]);
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

  it('rounds averages to digits that a number holds, and nothing else', async () => {
    const columns: Report['columns'] = [
      { name: 'rate', kind: 'decimal' },
      { name: 'avg', kind: 'average' },
    ];
    const averages = ['1482.142385039741935484', '1234567.123456789012', '0.006909506503602497'];
    const rows = averages.map((avg) => ({ rate: avg, avg }));
    const [sheet] = await workbook([{ name: 'rates', columns, rows, totals: [], notes: [] }]);
    expect(sheet?.rows.slice(1)).to.deep.equal([
      ['1482.142385039741935484', 1482.1423850397],
      ['1234567.123456789012', 1234567.12345679],
      ['0.006909506503602497', 0.006909506503602],
    ]);
  });

  it('writes days that a spreadsheet does not know as text', async () => {
    const days = ['1899-12-31', '1900-02-28', '1900-03-01'];
    const rows = days.map((due) => ({ loan_id: 'L', due, days: 1, amount: '1.0000' }));
    const [sheet] = await workbook([{ ...report, rows, totals: [], notes: [] }]);
    expect(sheet?.rows.slice(1).map((row) => row[1])).to.deep.equal([
      ...['1899-12-31', '1900-02-28', 'day:1900-03-01'],
    ]);
  });

  it('cuts a text that no cell holds, and says so', async () => {
    const row = { loan_id: 'x'.repeat(40_000), due: null, days: null, amount: null };
    const [sheet] = await workbook([one(row)]);
    const text = String(sheet?.rows[1]?.[0]);
    expect(text).to.have.length(32_767);
    expect(text).to.match(/x… \[cut\]$/);
  });

  it('refuses more rows than a sheet holds, and names the format that has no limit', async () => {
    const rows = Array.from({ length: 1_048_576 }, () => ({}));
    const refusal = 'loans has 1048576 rows and a sheet holds 1048576: use CSV';
    expect(() => asXlsx([{ ...report, rows }])).to.throw(InvalidRequest, refusal);
    const streamed = { ...report, rows: batches(1), count: 1_048_576 };
    expect(() => asXlsx([streamed])).to.throw(InvalidRequest, refusal);
  });

  it('keeps more digits than a number holds, as text', async () => {
    const row = { loan_id: 'L', due: null, days: null, amount: '123456789012.3456' };
    const [sheet] = await workbook([one(row)]);
    expect(sheet!.rows[1]?.[3]).to.equal('123456789012.3456');
  });

  it('stays readable whatever characters a text holds', async () => {
    const [sheet] = await workbook([
      one({ loan_id: 'a\u0001\ufffe\ud800b', due: null, days: null, amount: null }),
    ]);
    expect(sheet!.rows[1]?.[0]).to.equal('ab');
  });

  it('is written as its rows are read, wide enough for amounts that come later', async () => {
    const [sheet] = await workbook([{ ...report, rows: batches(3), totals: [] }]);
    expect(sheet?.rows).to.have.length(3002);
    expect(sheet?.rows[3000]).to.deep.equal(['L3-999', 'day:2021-10-15', 999, 12_345_678_901.5]);
    expect(sheet?.filter).to.equal('A1:D3001');
    expect(sheet?.widths[3]).to.be.at.least('12,345,678,901.50'.length + 2);
  });

  it('fails with the rows', async () => {
    async function* failing(): AsyncGenerator<Row[]> {
      yield* batches(1);
      throw new Error('connection lost');
    }
    const error = await buffer(asXlsx([{ ...report, rows: failing() }])).catch((thrown) => thrown);
    expect(error).to.have.property('message', 'connection lost');
  });

  it('has a sheet for each report, also for an empty one', async () => {
    const empty: Report = { ...report, name: 'missed', rows: [], totals: [], notes: [] };
    const sheets = await workbook([report, empty]);
    expect(sheets.map(({ name }) => name)).to.deep.equal(['loans', 'missed']);
  });
});

describe('a report as a table', () => {
  it('says so when it has no rows', async () => {
    const empty = { ...one({ loan_id: '', due: null, days: 0, amount: null }), rows: [] };
    expect(await text(asTable(empty))).to.match(/\nNo rows: choose another day .*\n$/);
  });

  it('aligns, and lets no text redraw the terminal', async () => {
    expect(
      await text(
        asTable(one({ loan_id: 'a\u001b[2J', due: '2021-10-15', days: 3, amount: '1.0000' })),
      ),
    ).to.equal(
      'loan_id  due         days  amount\n-------  ----------  ----  ------\na [2J    2021-10-15     3  1.0000\n',
    );
  });
});
