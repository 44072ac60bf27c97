import { createHash } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { asCsv } from '../../reports/as-csv.ts';
import { asXlsx } from '../../reports/as-xlsx.ts';
import type { Row, Table, Value } from '../../reports/report.ts';
import { headersSet, READY_MS, type ReadyAnswer } from './caching.ts';
import { columnsOf } from './columns.ts';
import type { Contract, Operation } from './contract.ts';
import { Refused } from './problems.ts';

type Item = Readonly<Record<string, unknown>>;

/** How long an answer stays right. */
export interface Validity {
  /** The newest change in it, ISO 8601. */
  readonly modified: string | null;
  /** How long it takes, in ms, until it turns wrong by time alone; null when it never does. */
  readonly lasts: number | null;
  /** Complete past days: caches may keep it for a day. */
  readonly settled: boolean;
}

/** The answer to a question, whatever the format. */
export interface Answer {
  /** The schema of one item of `data`: its properties are the columns of a table. */
  readonly item: string;
  readonly data: object | readonly object[];
  readonly meta: Readonly<Record<string, unknown>> & { next_cursor?: string | null };
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Without it the answer is kept nowhere. */
  readonly valid?: Validity;
  /** For CSV and workbooks, where the contract's columns of `item` do not say enough. */
  readonly table?: Pick<Table, 'columns' | 'totals' | 'notes'>;
  /** The name of a downloaded file, without its ending; the operation's by default. */
  readonly fileName?: string;
}

const CSV = 'text/csv';
export const SUFFIXES: Readonly<Record<string, string>> = {
  json: 'application/json',
  csv: CSV,
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};
/** CSV and workbooks are taken away as files; JSON is read on the spot, a page at a time. */
export const isTable = (format: string): boolean => format === CSV || format === SUFFIXES['xlsx'];

/** Whatever the path's ending asks for must be there before anything is done. */
export function offers({ formats }: Operation): RequestHandler {
  return (_req, res, next) => {
    const suffix = res.locals['suffix'] as string | undefined;
    if (suffix !== undefined && !formats.includes(SUFFIXES[suffix] ?? ''))
      throw new Refused('not-found', `there is no .${suffix} of this`);
    next();
  };
}

/** The media type that is wanted: by the path's ending, else by `Accept`. */
export function formatOf(req: Request, res: Response, { formats }: Operation): string {
  const suffix = res.locals['suffix'] as string | undefined;
  if (suffix !== undefined) return SUFFIXES[suffix] ?? '';
  if (formats.length > 1) res.vary('Accept');
  const wanted = req.accepts([...formats]);
  if (!wanted)
    throw new Refused('not-acceptable', `Accept: expected one of ${formats.join(', ')}`, {
      allowed: formats,
    });
  return wanted;
}

/** Writes an answer in a format, with the headers that describe it. */
export async function written(
  {
    contract,
    operation,
    req,
    res,
  }: { contract: Contract; operation: Operation; req: Request; res: Response },
  { item, data, meta, headers, valid, table: given, fileName = operation.id }: Answer,
  format: string,
): Promise<ReadyAnswer> {
  const items = (Array.isArray(data) ? data : [data]) as readonly Item[];
  const table = () => ({
    ...(given ?? { columns: columnsOf(contract, item), totals: [], notes: [] }),
    rows: items.map(cells),
  });
  const body =
    format === CSV
      ? Buffer.from(asCsv(table()))
      : format === SUFFIXES['xlsx']
        ? await asXlsx([{ name: operation.id, ...table() }])
        : Buffer.from(JSON.stringify({ data, meta }));
  const ending = Object.keys(SUFFIXES).find((suffix) => SUFFIXES[suffix] === format);
  const until = Date.now() + Math.min(READY_MS, valid?.lasts ?? READY_MS);
  return {
    body,
    route: operation.path,
    until,
    headers: {
      ...headersSet(res),
      'Content-Type':
        format === CSV
          ? 'text/csv; charset=utf-8; header=present'
          : format === SUFFIXES['xlsx']
            ? format
            : 'application/json; charset=utf-8',
      'Content-Length': String(body.length),
      ...(ending !== 'json' && {
        'Content-Disposition': `attachment; filename="${fileName}.${ending}"`,
      }),
      ...(meta.next_cursor && { Link: `<${nextPage(req, meta.next_cursor)}>; rel="next"` }),
      ...(valid ? validators(body, valid) : { 'Cache-Control': 'no-store' }),
      ...headers,
    },
  };
}

/** Whatever could change by a new rate is asked again each time, which a 304 makes cheap: nobody can foresee when a pull is asked for. */
export function validators(body: Buffer, { modified, settled }: Validity): Record<string, string> {
  return {
    ETag: `"${createHash('sha256').update(body).digest('base64url')}"`,
    ...(modified && { 'Last-Modified': new Date(modified).toUTCString() }),
    'Cache-Control': settled ? 'public, max-age=86400' : 'public, no-cache',
  };
}

function nextPage(req: Request, cursor: string): string {
  const [path = '', query = ''] = req.originalUrl.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', cursor);
  return `${path}?${parameters}`;
}

function cells(item: Item): Row {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, cell(value)]));
}

function cell(value: unknown): Value {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value))
    return value as Value;
  return Array.isArray(value) ? value.join(' ') : JSON.stringify(value ?? null);
}
