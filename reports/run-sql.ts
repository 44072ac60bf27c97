import { readFileSync } from 'node:fs';
import type { Knex } from 'knex';
import pg from 'pg';
import type { Column, Row } from './report.ts';

const { DATE, INT4, NUMERIC } = pg.types.builtins;
const KINDS = new Map<number, Column['kind']>([
  [DATE, 'day'],
  [INT4, 'integer'],
  [NUMERIC, 'decimal'],
]);

/**
 * Runs a file of sql/ as it stands, its `:parameters` bound, never pasted in. Rows keep the order that the file gives them; `where` asks
 * for some of them alone.
 */
export async function runSql(
  db: Knex,
  file: string,
  parameters: Record<string, string>,
  where?: string,
): Promise<{ columns: Column[]; rows: Row[] }> {
  const whole = readFileSync(new URL(`../sql/${file}`, import.meta.url), 'utf8').replace(
    /;\s*$/,
    '',
  );
  const sql = where === undefined ? whole : `select * from (${whole}\n) whole where ${where}`;
  const { fields, rows } = await db.raw<{
    fields: { name: string; dataTypeID: number }[];
    rows: Row[];
  }>(sql, parameters);
  return {
    columns: fields.map(({ name, dataTypeID }) => ({
      name,
      kind: KINDS.get(dataTypeID) ?? 'text',
    })),
    rows,
  };
}
