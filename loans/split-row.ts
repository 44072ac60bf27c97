import { CsvError, parse } from 'csv-parse/sync';

const OURS = { relax_column_count: true, record_delimiter: ['\r\n', '\n'] };

/** The fields of one row of CSV, or undefined when it ends inside of a quote: the next line belongs to it. */
export function splitRow(raw: string): readonly string[] | undefined {
  const pieces = raw.split(',');
  if (!raw.includes('"')) return pieces;
  return unquotedPieces(pieces) ?? parsed(raw);
}

/** Quotes around whole fields and nowhere else, as most files with quotes have them, need no parser: it takes five times as long. */
function unquotedPieces(pieces: string[]): string[] | undefined {
  for (let at = 0; at < pieces.length; at++) {
    const piece = pieces[at] as string;
    const first = piece.indexOf('"');
    if (first === -1) continue;
    if (first !== 0 || piece.length < 2 || piece.indexOf('"', 1) !== piece.length - 1)
      return undefined;
    pieces[at] = piece.slice(1, -1);
  }
  return pieces;
}

function parsed(raw: string): readonly string[] | undefined {
  try {
    const [fields = []] = parse(raw, { ...OURS, relax_quotes: true });
    // A field may have spaces around its quotes, which the loose parser takes for a part of it.
    return fields.some((field) => field.trimStart().startsWith('"'))
      ? (trimmed(raw) ?? fields)
      : fields;
  } catch (error) {
    if (error instanceof CsvError && error.code === 'CSV_QUOTE_NOT_CLOSED') return undefined;
    throw error;
  }
}

function trimmed(raw: string): readonly string[] | undefined {
  try {
    return parse(raw, { ...OURS, trim: true })[0];
  } catch {
    return undefined;
  }
}
