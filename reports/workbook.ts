import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/** What a cell shows, as text of its XML, and how many characters wide that is. */
export interface Cell {
  readonly width: number;
  readonly type: 'text' | 'number' | 'boolean';
  readonly value: string;
  /** A number format, such as `#,##0.00`. */
  readonly format?: string;
  readonly isBold: boolean;
}
type Line = readonly (Cell | null)[];

/** A sheet from top to bottom: the header, then rows a batch at a time, then what is below them. */
export interface SheetParts {
  readonly widths: readonly number[];
  readonly header: Line;
  readonly rows: AsyncIterable<readonly Line[]>;
  readonly below: readonly Line[];
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const MEDIA_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const RELATIONS_TYPE = 'application/vnd.openxmlformats-package.relationships+xml';
/** Ids below are the formats that a spreadsheet knows by itself. */
const FIRST_FORMAT = 164;

/**
 * Writes sheets as an Office Open XML workbook, one after the other and row by row: memory stays
 * flat. A failure destroys the returned stream.
 */
export function writeWorkbook(
  sheets: readonly { name: string; layOut: () => Promise<SheetParts> }[],
): Readable {
  const styles = new Map([['false ', 0]]);
  const zip = new ZipFile();
  const out = zip.outputStream as Readable;
  zip.on('error', (error: Error) => out.destroy(error));
  const add = (path: string, content: () => Iterable<string> | AsyncIterable<string>) =>
    zip.addReadStreamLazy(path, {}, (start) => {
      const part = Readable.from(content(), { highWaterMark: 1 });
      // yazl does not listen for it: without a listener it would end the process.
      part.on('error', (error) => out.destroy(error));
      start(null, part);
    });
  const names = sheets.map(({ name }) => name);
  add('[Content_Types].xml', () => [contentTypes(names)]);
  add('_rels/.rels', () => [relations([['officeDocument', 'xl/workbook.xml']])]);
  add('xl/workbook.xml', () => [workbookXml(names)]);
  add('xl/_rels/workbook.xml.rels', () => [
    relations([
      ...names.map((_, at): Relation => ['worksheet', `worksheets/sheet${at + 1}.xml`]),
      ['styles', 'styles.xml'],
    ]),
  ]);
  for (const [at, { layOut }] of sheets.entries())
    add(`xl/worksheets/sheet${at + 1}.xml`, () => sheetXml(layOut, styles));
  // The last part: the sheets have said by then which styles they use.
  add('xl/styles.xml', () => [stylesXml(styles)]);
  zip.end();
  return out;
}

async function* sheetXml(
  layOut: () => Promise<SheetParts>,
  styles: Map<string, number>,
): AsyncGenerator<string> {
  const { widths, header, rows, below } = await layOut();
  const letters = widths.map((_, at) => columnLetters(at + 1));
  let number = 0;
  const write = (line: Line) => {
    number++;
    let xml = '';
    for (const [at, cell] of line.entries())
      if (cell) xml += cellXml(`${letters[at]}${number}`, cell, styles);
    return `<row r="${number}">${xml}</row>`;
  };
  const columns = widths.map(
    (width, at) => `<col min="${at + 1}" max="${at + 1}" width="${width}" customWidth="1"/>`,
  );
  yield `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0">` +
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' +
    `</sheetView></sheetViews><cols>${columns.join('')}</cols><sheetData>${write(header)}`;
  for await (const batch of rows) yield batch.map(write).join('');
  const filter = `A1:${letters.at(-1)}${number}`;
  yield `${below.map(write).join('')}</sheetData><autoFilter ref="${filter}"/></worksheet>`;
}

function cellXml(place: string, cell: Cell, styles: Map<string, number>): string {
  const { type, value, format = '', isBold } = cell;
  const key = `${isBold} ${format}`;
  const style = styles.get(key) ?? styles.size;
  styles.set(key, style);
  const attributes = `r="${place}"${style === 0 ? '' : ` s="${style}"`}`;
  if (type === 'number') return `<c ${attributes}><v>${value}</v></c>`;
  if (type === 'boolean') return `<c ${attributes} t="b"><v>${value}</v></c>`;
  const text = `<t xml:space="preserve">${escapeXml(value)}</t>`;
  return `<c ${attributes} t="inlineStr"><is>${text}</is></c>`;
}

/** XML has no place for most control characters, halves of a surrogate pair and non-characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go
const NOT_IN_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;
const ESCAPED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // A reader would turn it into a line feed.
  '\r': '&#13;',
};

function escapeXml(text: string): string {
  if (!/[^ !#-%'-;=?-~]/.test(text)) return text;
  return text.replace(NOT_IN_XML, '').replace(/[&<>"\r]/g, (character) => ESCAPED[character] ?? '');
}

/** The styles by their keys, `isBold format`, in the order of their numbers. */
function stylesXml(styles: ReadonlyMap<string, number>): string {
  const formats = [...new Set([...styles.keys()].map(formatOf))].filter((format) => format !== '');
  const numberFormats = formats.map(
    (format, at) => `<numFmt numFmtId="${FIRST_FORMAT + at}" formatCode="${escapeXml(format)}"/>`,
  );
  const cells = [...styles.keys()].map((key) => {
    const id = FIRST_FORMAT + formats.indexOf(formatOf(key));
    const font = key.startsWith('true') ? 1 : 0;
    return (
      `<xf numFmtId="${formatOf(key) === '' ? 0 : id}" fontId="${font}" fillId="0" borderId="0" ` +
      'xfId="0" applyNumberFormat="1" applyFont="1"/>'
    );
  });
  const font = '<sz val="11"/><name val="Calibri"/>';
  return (
    `${XML}<styleSheet xmlns="${MAIN}">` +
    list('numFmts', numberFormats) +
    list('fonts', [`<font>${font}</font>`, `<font><b/>${font}</font>`]) +
    list(
      'fills',
      ['none', 'gray125'].map((type) => `<fill><patternFill patternType="${type}"/></fill>`),
    ) +
    list('borders', ['<border><left/><right/><top/><bottom/><diagonal/></border>']) +
    list('cellStyleXfs', ['<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>']) +
    `${list('cellXfs', cells)}</styleSheet>`
  );
}

const formatOf = (key: string) => key.slice(key.indexOf(' ') + 1);
const list = (name: string, items: readonly string[]) =>
  items.length === 0 ? '' : `<${name} count="${items.length}">${items.join('')}</${name}>`;

type Relation = readonly [type: string, target: string];
function relations(all: readonly Relation[]): string {
  const items = all.map(
    ([type, target], at) =>
      `<Relationship Id="rId${at + 1}" Type="${RELATIONS}/${type}" Target="${target}"/>`,
  );
  return `${XML}<Relationships xmlns="${PACKAGE}/relationships">${items.join('')}</Relationships>`;
}

function workbookXml(names: readonly string[]): string {
  const sheets = names.map(
    (name, at) => `<sheet name="${escapeXml(name)}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`,
  );
  return (
    `${XML}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}">` +
    `<sheets>${sheets.join('')}</sheets></workbook>`
  );
}

function contentTypes(names: readonly string[]): string {
  const parts: [path: string, type: string][] = [
    ['workbook.xml', 'sheet.main'],
    ['styles.xml', 'styles'],
    ...names.map((_, at): [string, string] => [`worksheets/sheet${at + 1}.xml`, 'worksheet']),
  ];
  const overrides = parts.map(
    ([path, type]) => `<Override PartName="/xl/${path}" ContentType="${MEDIA_TYPE}.${type}+xml"/>`,
  );
  return (
    `${XML}<Types xmlns="${PACKAGE}/content-types">` +
    `<Default Extension="rels" ContentType="${RELATIONS_TYPE}"/>` +
    `<Default Extension="xml" ContentType="application/xml"/>${overrides.join('')}</Types>`
  );
}

/** 1 → A, 27 → AA. */
function columnLetters(place: number): string {
  const letter = String.fromCharCode(65 + ((place - 1) % 26));
  return place > 26 ? `${columnLetters(Math.floor((place - 1) / 26))}${letter}` : letter;
}
