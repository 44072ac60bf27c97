import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import pg from 'pg';
import { type Database, openDatabase } from '../../platform/database.ts';
import {
  type EmbeddedPostgres,
  joinEmbeddedPostgres,
} from '../../platform/embedded-postgres/join.ts';
import { migrate } from '../../platform/migrate.ts';
import { type Notifications, openNotifications } from '../../platform/notifications.ts';
import { quiet } from './quiet.ts';

const TEMPLATE = 'fx_template';
let server: Promise<{ postgres: EmbeddedPostgres; dataDir: string }> | undefined;
let ahead = 0;
const spare: Promise<string>[] = [];

export interface TestDatabase {
  db: Database;
  url: string;
  /** Runs one statement outside of our own pool and its deadlines. */
  query: <Row extends pg.QueryResultRow = pg.QueryResultRow>(
    sql: string,
    values?: Knex.RawBinding[],
  ) => Promise<Row[]>;
  /** The LISTEN connection of whatever the test starts; opened on first use. */
  readonly notifications: Notifications;
  drop(): Promise<void>;
}

/** A migrated database, copied from a template on one real server that all tests share. */
export async function testDatabase(): Promise<TestDatabase> {
  server ??= startServer();
  const { postgres } = await server;
  const name = await (spare.shift() ?? copy(postgres.url));
  while (spare.length < ahead) spare.push(copy(postgres.url));
  const url = postgres.url.replace(/\/[^/]*$/, `/${name}`);
  const db = openDatabase({ url, name: 'test' });
  let notifications: Notifications | undefined;
  return {
    db,
    url,
    query: async (sql, values = []) => (await db.raw(sql, values)).rows,
    get notifications() {
      notifications ??= openNotifications({ url, log: quiet });
      return notifications;
    },
    drop: async () => {
      await notifications?.stop();
      await db.destroy();
      await admin(postgres.url, `drop database ${name} with (force)`);
    },
  };
}

/** A database without any table, for tests that bring their own schema. */
export async function emptyDatabase() {
  server ??= startServer();
  const { postgres } = await server;
  const name = `t_${randomBytes(6).toString('hex')}`;
  await admin(postgres.url, `create database ${name}`);
  const url = postgres.url.replace(/\/[^/]*$/, `/${name}`);
  return {
    url,
    /** Runs one statement, or a script of many, and returns the rows of the last one. */
    run: (sql: string) => admin(url, sql),
    drop: () => admin(postgres.url, `drop database ${name} with (force)`),
  };
}

/** Copies this many databases in advance: a copy takes longer than many a test. */
export function copyDatabasesAhead(count: number): void {
  ahead = count;
}

/** Stops the shared server; mocha calls it once, after the last test. */
export async function stopTestServer(): Promise<void> {
  if (!server) return;
  const { postgres, dataDir } = await server;
  await Promise.all(spare);
  await postgres.leave();
  rmSync(dataDir, { recursive: true, force: true });
}

async function copy(url: string): Promise<string> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  await admin(url, `create database ${name} template ${TEMPLATE}`);
  return name;
}

async function startServer() {
  const dataDir = mkdtempSync(join(tmpdir(), 'fx-test-'));
  const postgres = await joinEmbeddedPostgres({ dataDir, log: quiet });
  // This server is deleted after the run, and waiting for the disk would take most of a test.
  await admin(postgres.url, 'alter system set fsync = off');
  await admin(postgres.url, 'select pg_reload_conf()');
  await admin(postgres.url, `create database ${TEMPLATE}`);
  await migrate(postgres.url.replace(/\/[^/]*$/, `/${TEMPLATE}`), quiet);
  return { postgres, dataDir };
}

async function admin(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query(sql);
    return result.rows ?? [];
  } finally {
    await client.end();
  }
}
