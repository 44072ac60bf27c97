import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Knex } from 'knex';
import type { Database } from './database.ts';

/** What a statement may be bound to. A JavaScript array becomes a Postgres array. */
export type SqlValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Date
  | Uint8Array
  | readonly (string | number | bigint | boolean | null | Uint8Array)[];

/** Values of a statement's `:name` parameters. */
export type SqlParams = Readonly<Record<string, SqlValue>>;

/**
 * Runs one statement and returns its rows. `sql` is whole and constant: values reach it only as
 * `:name` parameters, never spliced in. `Row` describes the selected columns; `date`, `numeric`
 * and `int8` are text, `timestamptz` is ISO 8601 in UTC (see `openDatabase`).
 */
export async function query<Row extends object>(
  db: Database,
  sql: string,
  params: SqlParams = {},
): Promise<Row[]> {
  const { rows } = await run<Row>(db, sql, params);
  return rows;
}

/**
 * Like `query`, as a prepared statement: each connection plans it once, for statements that take
 * longer to plan than to run and whose plan is the same for all values. Not in a transaction, where
 * temporary tables may stand in for those of the plan.
 */
export async function queryPrepared<Row extends object>(
  db: Database,
  sql: string,
  params: SqlParams = {},
): Promise<Row[]> {
  const { rows } = await run<Row>(db, sql, params, { isPrepared: !db.isTransaction });
  return rows;
}

/** Like `query`, for at most one row. Throws when the statement returns more than one. */
export async function queryOne<Row extends object>(
  db: Database,
  sql: string,
  params: SqlParams = {},
): Promise<Row | null> {
  const rows = await query<Row>(db, sql, params);
  if (rows.length > 1) throw new Error(`expected at most one row, got ${rows.length}`);
  return rows[0] ?? null;
}

/** Like `query`, for a statement that always returns exactly one row, such as an aggregate. */
export async function queryRow<Row extends object>(
  db: Database,
  sql: string,
  params: SqlParams = {},
): Promise<Row> {
  const row = await queryOne<Row>(db, sql, params);
  if (!row) throw new Error('expected one row, got none');
  return row;
}

/**
 * Runs one statement in a transaction and returns its rows a batch at a time, through a cursor:
 * memory stays flat. One such statement may be open in a transaction.
 */
export async function* queryBatches<Row extends object>(
  trx: Database,
  sql: string,
  params: SqlParams = {},
): AsyncGenerator<Row[]> {
  await execute(trx, `declare batches no scroll cursor for ${sql}`, params);
  for (let rows: Row[] | undefined; rows === undefined || rows.length === BATCH_ROWS; ) {
    rows = await query<Row>(trx, `fetch ${BATCH_ROWS} from batches`);
    if (rows.length > 0) yield rows;
  }
  await execute(trx, 'close batches');
}
const BATCH_ROWS = 1000;

/** Runs one statement for its effect and returns the number of rows it affected. */
export async function execute(db: Database, sql: string, params: SqlParams = {}): Promise<number> {
  const { rowCount } = await run(db, sql, params);
  return rowCount ?? 0;
}

/** Reads a statement from a file: `sqlFile(import.meta.url, 'sql/claim_next_run.sql')`. */
export function sqlFile(moduleUrl: string, path: string): string {
  return readFileSync(new URL(path, moduleUrl), 'utf8');
}

/**
 * The statements of the folder `sql/` beside a module: `const sql = sqlFolder(import.meta.url)`,
 * then `sql('claim_facts')`. Each is read once, when it is first used.
 */
export function sqlFolder(moduleUrl: string): (name: string) => string {
  const read = new Map<string, string>();
  return (name) => {
    const text = read.get(name) ?? sqlFile(moduleUrl, `sql/${name}.sql`);
    read.set(name, text);
    return text;
  };
}

interface Result<Row> {
  rows: Row[];
  rowCount: number | null;
}

/** A statement in the form that knex takes, and its parameters in the order of their places. */
interface Parsed {
  readonly text: string;
  readonly names: readonly string[];
  /** Names the prepared statement: the same for each connection, and for no other text. */
  readonly hash: string;
}
const parsed = new Map<string, Parsed>();

/** String literals, quoted names, comments and casts stay; a `:name` is a parameter. */
const TOKENS = /'(?:[^']|'')*'|"[^"]*"|--[^\n]*|\/\*[\s\S]*?\*\/|::|:([a-z_]\w*)|\?/gi;

/** The name of a prepared statement, which requests carry in place of its text. */
export const preparedName = (sql: string): string =>
  createHash('sha256').update(sql).digest('base64url');

function parse(sql: string): Parsed {
  const names: string[] = [];
  const text = sql.replace(TOKENS, (token, name: string | undefined) => {
    if (!name) return token.replaceAll('?', '\\?');
    names.push(name);
    return '?';
  });
  return { text, names, hash: preparedName(sql) };
}

/** knex types bindings as scalars only; pg turns arrays into Postgres arrays all the same. */
function run<Row>(
  db: Database,
  sql: string,
  params: SqlParams,
  { isPrepared = false } = {},
): Promise<Result<Row>> {
  const { text, names, hash } = parsed.get(sql) ?? parse(sql);
  parsed.set(sql, { text, names, hash });
  const values = names.map((name) => {
    const value = params[name];
    if (value === undefined) throw new Error(`no value for the parameter :${name}`);
    return value;
  });
  const statement = db.raw<Result<Row>>(text, values as Knex.RawBinding[]);
  return isPrepared ? statement.options({ name: hash }) : statement;
}
