import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Request, RequestHandler, Response } from 'express';
import { asCsv } from '../../reports/as-text.ts';
import { asXlsx } from '../../reports/as-xlsx.ts';
import type { Column, Row, Table, Value } from '../../reports/report.ts';
import { type CachedResponse, cacheHeaders, type Validity } from './caching.ts';
import { type Contract, type Operation, resolveRef, type Schema } from './contract.ts';
import { Refused } from './problems.ts';

type Item = Readonly<Record<string, unknown>>;

/** What an operation returns, whatever the format of the response. */
export interface Result {
  /** The schema of one item of `data`: its properties are the columns of a table. */
  readonly item: string;
  readonly data: object | readonly object[];
  readonly meta: Readonly<Record<string, unknown>> & { next_cursor?: string | null };
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Without it the response is not cached anywhere. */
  readonly valid?: Validity;
  /** What CSV and workbook show where the contract's columns of `data` do not fit. */
  readonly table?: Pick<Table, 'columns'> & Partial<Table> & { readonly count?: number | null };
  /** The items of `data` where there may be too many for memory: read while they are sent. */
  readonly stream?: AsyncIterable<readonly Row[]>;
  /** Name of the file without its ending; the operation's id by default. */
  readonly fileName?: string;
}

const CSV = 'text/csv';
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
export const SUFFIXES: Readonly<Record<string, string>> = {
  json: 'application/json',
  csv: CSV,
  xlsx: XLSX,
};
const SUFFIX = new RegExp(`^(/v2/[^?]+)\\.(${Object.keys(SUFFIXES).join('|')})(?=$|\\?)`);

/** CSV and workbooks are saved as whole files; JSON is read a page at a time. */
export const isTable = (format: string): boolean => format === CSV || format === XLSX;

/** `/v2/rates/latest.csv` → `/v2/rates/latest` as CSV. */
export const parseSuffix: RequestHandler = (req, res, next) => {
  const [, path, suffix] = SUFFIX.exec(req.url) ?? [];
  if (path && suffix) {
    res.locals['suffix'] = suffix;
    req.url = path + req.url.slice(path.length + suffix.length + 1);
  }
  next();
};

/** Refuses a suffix that the operation has no format for, before anything is done. */
export function requireSuffix({ formats }: Operation): RequestHandler {
  return (_req, res, next) => {
    const suffix = res.locals['suffix'] as string | undefined;
    if (suffix !== undefined && !formats.includes(SUFFIXES[suffix] ?? ''))
      throw new Refused('not-found', `this address has no .${suffix} format`);
    next();
  };
}

/** The media type of the response: by the path's suffix, else by `Accept`. */
export function negotiateFormat(req: Request, res: Response, { formats }: Operation): string {
  const suffix = res.locals['suffix'] as string | undefined;
  if (suffix !== undefined) return SUFFIXES[suffix] ?? '';
  if (formats.length > 1) res.vary('Accept');
  const wanted = req.accepts([...formats]);
  if (!wanted)
    throw new Refused('not-acceptable', `Accept: use one of ${formats.join(', ')}`, {
      allowed: formats,
    });
  return wanted;
}

interface Context {
  readonly contract: Contract;
  readonly operation: Operation;
  readonly req: Request;
  readonly res: Response;
}

/** Writes a result in a format, with the headers that describe it. */
export async function formatResponse(
  context: Context,
  result: Result,
  format: string,
): Promise<CachedResponse> {
  const body = await buffer(bodyOf(context, result, format));
  return {
    body,
    route: context.operation.path,
    headers: {
      ...headersOf(context, result, format, body),
      'Content-Length': String(body.length),
    },
  };
}

/** Longer than this no download holds its state of the loan book: a load would wait for it. */
const DOWNLOAD_MS = 5 * 60_000;

/** Sends a result row by row as it is read. A failure on the way cuts the connection. */
export async function streamResponse(
  context: Context,
  result: Result,
  format: string,
): Promise<void> {
  const { req, res } = context;
  const headers = headersOf(context, result, format);
  // Without a reader a workbook would read on after its transaction has ended.
  if (req.method === 'HEAD') return void res.writeHead(200, headers).end();
  const body = bodyOf(context, result, format);
  res.writeHead(200, headers);
  const source = body instanceof Readable ? body : Readable.from(body, { highWaterMark: 1 });
  await pipeline(source, res, { signal: AbortSignal.timeout(DOWNLOAD_MS) }).catch(
    (error: NodeJS.ErrnoException) => {
      // The client has gone.
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    },
  );
}

function headersOf(
  { operation, req, res }: Context,
  { meta, headers, valid, fileName = operation.id }: Result,
  format: string,
  body = Buffer.alloc(0),
): Record<string, string> {
  const suffix = Object.keys(SUFFIXES).find((name) => SUFFIXES[name] === format);
  return {
    ...cacheHeaders(res, body, valid),
    'Content-Type': contentType(format),
    ...(isTable(format) && {
      'Content-Disposition': `attachment; filename="${fileName}.${suffix}"`,
    }),
    ...(meta.next_cursor && { Link: `<${nextPage(req, meta.next_cursor)}>; rel="next"` }),
    ...headers,
  };
}

function bodyOf(
  { contract, operation }: Context,
  result: Result,
  format: string,
): Readable | AsyncIterable<string> {
  if (!isTable(format)) return asJson(result);
  const { item, data, table, stream } = result;
  const items = (Array.isArray(data) ? data : [data]) as readonly Item[];
  const sheet = {
    columns: table?.columns ?? columnsOf(contract, item),
    rows: stream ?? table?.rows ?? items.map(toCells),
    totals: table?.totals ?? [],
    notes: table?.notes ?? [],
    count: table?.count ?? null,
  };
  return format === CSV ? asCsv(sheet) : asXlsx([{ name: operation.id, ...sheet }]);
}

async function* asJson({ data, meta, stream }: Result): AsyncGenerator<string> {
  if (!stream) return yield JSON.stringify({ data, meta });
  let separator = '';
  yield '{"data":[';
  for await (const rows of stream) {
    yield separator + rows.map((row) => JSON.stringify(row)).join();
    separator = ',';
  }
  yield `],"meta":${JSON.stringify(meta)}}`;
}

function contentType(format: string): string {
  if (format === CSV) return 'text/csv; charset=utf-8; header=present';
  return format === XLSX ? XLSX : 'application/json; charset=utf-8';
}

/** Relative, so that it holds under any path prefix. */
function nextPage(req: Request, cursor: string): string {
  const [, query = ''] = req.originalUrl.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', cursor);
  return `?${parameters}`;
}

const KINDS: Readonly<Record<string, Column['kind']>> = {
  '#/components/schemas/Day': 'day',
  '#/components/schemas/Decimal': 'decimal',
  '#/components/schemas/Average': 'average',
  '#/components/schemas/Diverges': 'boolean',
  '#/components/schemas/Difference': 'decimal',
  '#/components/schemas/Instant': 'instant',
};

/** The columns of a table of items: the properties that the contract declares, in its order. */
function columnsOf({ document }: Contract, item: string): Column[] {
  const { properties = {} } = resolveRef(document, `#/components/schemas/${item}`) as Schema;
  return Object.entries(properties).map(([name, schema]) => ({ name, kind: kindOf(schema) }));
}

function kindOf({ $ref, type, anyOf }: Schema): Column['kind'] {
  if (anyOf?.[0]) return kindOf(anyOf[0]);
  if ($ref) return KINDS[$ref.replace(/OrNull$/, '')] ?? 'text';
  const types = [type].flat();
  if (types.includes('boolean')) return 'boolean';
  return types.includes('integer') ? 'integer' : 'text';
}

function toCells(item: Item): Row {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, toCell(value)]));
}

function toCell(value: unknown): Value {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value))
    return value as Value;
  return Array.isArray(value) ? value.join(' ') : JSON.stringify(value ?? null);
}
