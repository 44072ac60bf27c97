import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import pg from 'pg';
import { type Database, openDatabase } from '../../platform/database.ts';
import { joinEmbeddedPostgres } from '../../platform/embedded-postgres/join.ts';
import { migrate } from '../../platform/migrate.ts';
import { type Notifications, openNotifications } from '../../platform/notifications.ts';
import { quiet } from './quiet.ts';

const TEMPLATE = 'fx_template';
let server: Promise<TestServer> | undefined;
let ahead = 0;
const spare: Promise<string>[] = [];

/** The server that all tests share. */
interface TestServer {
  /** Of a superuser. */
  readonly adminUrl: string;
  /** The URL of a database as the tests use it. */
  urlOf(database: string): string;
  create(database: string, template?: string): Promise<void>;
  stop(): Promise<void>;
}

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
  const server = await testServer();
  const { adminUrl, urlOf } = server;
  const name = await (spare.shift() ?? copy(server));
  while (spare.length < ahead) spare.push(copy(server));
  const url = urlOf(name);
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
      await admin(adminUrl, `drop database ${name} with (force)`);
    },
  };
}

/** A database without any table, for tests that bring their own schema. */
export async function emptyDatabase() {
  const { adminUrl, urlOf, create } = await testServer();
  const name = `t_${randomBytes(6).toString('hex')}`;
  await create(name);
  const url = urlOf(name);
  return {
    url,
    /** Runs one statement, or a script of many, and returns the rows of the last one. */
    run: (sql: string) => admin(url, sql),
    drop: () => admin(adminUrl, `drop database ${name} with (force)`),
  };
}

/** Copies this many databases in advance: a copy takes longer than many a test. */
export function copyDatabasesAhead(count: number): void {
  ahead = count;
}

/** Stops the shared server; mocha calls it once, after the last test. */
export async function stopTestServer(): Promise<void> {
  if (!server) return;
  const { stop } = await server;
  await Promise.all(spare);
  await stop();
}

async function copy({ create }: TestServer): Promise<string> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  await create(name, TEMPLATE);
  return name;
}

/** The one server of the run; workers of a parallel run use that of the main process. */
function testServer(): Promise<TestServer> {
  server ??= startServer();
  return server;
}

/** Starts the server that the workers of a parallel run, which inherit this environment, use. */
export async function shareTestServer(): Promise<void> {
  process.env['TEST_SHARED_POSTGRES'] = (await testServer()).adminUrl;
}

async function startServer(): Promise<TestServer> {
  const given = process.env['TEST_POSTGRES'];
  const shared = process.env['TEST_SHARED_POSTGRES'];
  if (shared) return given ? ownSchemas(given) : superuserOf(shared, async () => {});
  const started = given ? ownSchemas(given) : await startEmbedded();
  await started.create(TEMPLATE);
  await migrate(started.urlOf(TEMPLATE), quiet);
  return started;
}

async function startEmbedded(): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'fx-test-'));
  const { url, leave } = await joinEmbeddedPostgres({ dataDir, log: quiet });
  // This server is deleted after the run, and waiting for the disk would take most of a test.
  await admin(url, 'alter system set fsync = off');
  await admin(url, 'select pg_reload_conf()');
  return superuserOf(url, async () => {
    await leave();
    rmSync(dataDir, { recursive: true, force: true });
  });
}

function superuserOf(adminUrl: string, stop: () => Promise<void>): TestServer {
  return {
    adminUrl,
    urlOf: (name) => adminUrl.replace(/\/[^/]*$/, `/${name}`),
    // The default strategy writes every page to the log, which takes twice as long.
    create: async (name, template = 'template1') => {
      await admin(adminUrl, `create database ${name} template ${template} strategy file_copy`);
    },
    stop,
  };
}

/** A given server, used as in production: by a user that owns nothing but its schema. */
function ownSchemas(adminUrl: string): TestServer {
  const urlOf = (name: string, user = 'fx_app') => {
    const url = new URL(adminUrl);
    url.pathname = `/${name}`;
    if (user === 'fx_app') {
      [url.username, url.password] = [user, user];
      url.searchParams.set('options', '-c search_path=fx_own');
    }
    return url.href;
  };
  const create = async (name: string, template = '') => {
    await admin(adminUrl, `create database ${name} ${template && `template ${template}`}`);
    if (template) return;
    await admin(
      urlOf(name, 'admin'),
      `do $$ begin create role fx_app login password 'fx_app'; exception when others then end $$;
       create schema fx_own authorization fx_app;`,
    );
  };
  return { adminUrl, urlOf: (name) => urlOf(name), create, stop: async () => {} };
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
