import { migrate } from '../../platform/migrate.ts';
import type { TestDatabase } from './database.ts';
import { quiet } from './quiet.ts';

export type Role = 'fx_rates_write' | 'fx_rates_read';
const ROLES: readonly Role[] = ['fx_rates_write', 'fx_rates_read'];
const PASSWORD = 'test';

/** Creates the roles of docs/deploy.md; migrating grants them what they need. */
export async function createRoles({ url, query }: TestDatabase): Promise<void> {
  for (const role of ROLES) {
    const known = await query('select from pg_roles where rolname = ?', [role]);
    if (known.length === 0) await query(`create role ${role} login password '${PASSWORD}'`);
  }
  await migrate(url, quiet);
}

export function urlOfRole(databaseUrl: string, role: Role): string {
  const url = new URL(databaseUrl);
  url.username = role;
  url.password = PASSWORD;
  return url.href;
}
