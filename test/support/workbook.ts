import { inflateRawSync } from 'node:zlib';

/** The files of a ZIP archive, read by its central directory. */
function unzip(archive: Buffer): Map<string, string> {
  const files = new Map<string, string>();
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) =>
      archive.readUInt16LE(at + offset),
    ) as [number, number, number];
    const header = archive.readUInt32LE(at + 42);
    const start =
      header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
    const packed = archive.subarray(start, start + archive.readUInt32LE(at + 20));
    const content = archive.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed);
    files.set(archive.toString('utf8', at + 46, at + 46 + nameLength), content.toString('utf8'));
    at += 46 + nameLength + extra + comment;
  }
  return files;
}

const plain = (xml: string) =>
  xml.replace(
    /&(lt|gt|quot|apos|amp|#13);/g,
    (_, name: string) =>
      ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&', '#13': '\r' })[name] ?? '',
  );

export interface Sheet {
  name: string;
  frozenRows: number;
  /** The range that has filter buttons. */
  filter: string | null;
  /** Width of each column, in characters. */
  widths: number[];
  /** Text as strings, numbers as numbers, booleans as they are, days as `day:2021-10-15`, instants
   * as `instant:2021-10-15T01:02:03`, formulas as `formula:…`; nothing as null. */
  rows: (string | number | boolean | null)[][];
  /** The number format of each cell that has one. */
  formats: (string | null)[][];
}

/** Reads a workbook from its XML, the way a spreadsheet does. */
export function readWorkbook(archive: Buffer): Sheet[] {
  const files = unzip(archive);
  const xml = (name: string) => files.get(name) ?? '';
  const codes = new Map(
    [...xml('xl/styles.xml').matchAll(/numFmtId="(\d+)" formatCode="([^"]*)"/g)].map(
      ([, id, code = '']) => [id, plain(code)],
    ),
  );
  const [, styles = ''] = /<cellXfs[^>]*>(.*?)<\/cellXfs>/.exec(xml('xl/styles.xml')) ?? [];
  const formatOf = [...styles.matchAll(/<xf ([^>]*)>/g)].map(
    ([, xf = '']) => codes.get(/numFmtId="(\d+)"/.exec(xf)?.[1]) ?? null,
  );
  const styleIn = (attributes: string) => Number(/s="(\d+)"/.exec(attributes)?.[1] ?? 0);

  return [...xml('xl/workbook.xml').matchAll(/<sheet [^>]*name="([^"]*)"/g)].map(
    ([, name = ''], at) => {
      const sheet = xml(`xl/worksheets/sheet${at + 1}.xml`);
      const formats: Sheet['formats'] = [];
      const rows = [...sheet.matchAll(/<row [^>]*>([\s\S]*?)<\/row>/g)].map(([, row = '']) => {
        const cells: Sheet['rows'][number] = [];
        const own: Sheet['formats'][number] = [];
        formats.push(own);
        for (const [, attributes = '', content = ''] of row.matchAll(
          /<c ([^>]*?)(?:\/>|>([\s\S]*?)<\/c>)/g,
        )) {
          const [, letters = 'A'] = /r="([A-Z]+)/.exec(attributes) ?? [];
          const place =
            [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
          while (cells.length < place) cells.push(null);
          cells.push(valueIn(attributes, content));
          own[place] = formatOf[styleIn(attributes)] ?? null;
        }
        return cells;
      });
      return {
        name,
        frozenRows: Number(/<pane ySplit="(\d+)"[^>]*state="frozen"/.exec(sheet)?.[1] ?? 0),
        filter: /<autoFilter ref="([^"]*)"/.exec(sheet)?.[1] ?? null,
        widths: [...sheet.matchAll(/<col [^>]*width="([\d.]+)"/g)].map(([, width]) =>
          Number(width),
        ),
        rows,
        formats,
      };
    },
  );

  function valueIn(attributes: string, content: string): string | number | boolean | null {
    if (content.includes('<f>')) return `formula:${content}`;
    const text = /<is><t[^>]*>([\s\S]*?)<\/t><\/is>/.exec(content)?.[1];
    if (text !== undefined) return plain(text) || null;
    const value = /<v>(.*?)<\/v>/.exec(content)?.[1];
    if (value === undefined) return null;
    if (attributes.includes('t="b"')) return value === '1';
    const format = formatOf[styleIn(attributes)];
    if (!format?.startsWith('yyyy')) return Number(value);
    const moment = new Date(Math.round((Number(value) - 25_569) * 86_400) * 1000).toISOString();
    return format === 'yyyy-mm-dd'
      ? `day:${moment.slice(0, 10)}`
      : `instant:${moment.slice(0, 19)}`;
  }
}
