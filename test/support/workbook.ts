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
    /&(lt|gt|quot|apos|amp);/g,
    (_, name: string) => ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name] ?? '',
  );

export interface Sheet {
  name: string;
  frozenRows: number;
  /** Text as strings, numbers as numbers, days as `day:2021-10-15`, formulas as `formula:…`; nothing as null. */
  rows: (string | number | null)[][];
}

/** Reads a workbook from its XML, the way a spreadsheet does. */
export function readWorkbook(archive: Buffer): Sheet[] {
  const files = unzip(archive);
  const xml = (name: string) => files.get(name) ?? '';
  const texts = [
    ...xml('xl/sharedStrings.xml').matchAll(/<si>.*?<t[^>]*>([\s\S]*?)<\/t>.*?<\/si>/g),
  ].map(([, text = '']) => plain(text));
  const dayFormats = [
    ...xml('xl/styles.xml').matchAll(/numFmtId="(\d+)" formatCode="yyyy-mm-dd"/g),
  ].map(([, id]) => id);
  const [, formats = ''] = /<cellXfs[^>]*>(.*?)<\/cellXfs>/.exec(xml('xl/styles.xml')) ?? [];
  const isDay = [...formats.matchAll(/<xf ([^>]*)>/g)].map(([, xf = '']) =>
    dayFormats.includes(/numFmtId="(\d+)"/.exec(xf)?.[1]),
  );

  return [...xml('xl/workbook.xml').matchAll(/<sheet [^>]*name="([^"]*)"/g)].map(
    ([, name = ''], at) => {
      const sheet = xml(`xl/worksheets/sheet${at + 1}.xml`);
      const rows = [...sheet.matchAll(/<row [^>]*>(.*?)<\/row>/g)].map(([, row = '']) => {
        const cells: Sheet['rows'][number] = [];
        for (const [, attributes = '', content = ''] of row.matchAll(
          /<c ([^>]*?)(?:\/>|>(.*?)<\/c>)/g,
        )) {
          const [, letters = 'A'] = /r="([A-Z]+)/.exec(attributes) ?? [];
          const place =
            [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
          while (cells.length < place) cells.push(null);
          cells.push(valueIn(attributes, content));
        }
        return cells;
      });
      return {
        name,
        frozenRows: Number(/<pane ySplit="(\d+)"[^>]*state="frozen"/.exec(sheet)?.[1] ?? 0),
        rows,
      };
    },
  );

  function valueIn(attributes: string, content: string): string | number | null {
    if (content.includes('<f>')) return `formula:${content}`;
    const value = /<v>(.*?)<\/v>/.exec(content)?.[1];
    if (value === undefined) return null;
    if (attributes.includes('t="s"')) return texts[Number(value)] ?? null;
    const style = Number(/s="(\d+)"/.exec(attributes)?.[1] ?? 0);
    return isDay[style]
      ? `day:${new Date((Number(value) - 25_569) * 86_400_000).toISOString().slice(0, 10)}`
      : Number(value);
  }
}
