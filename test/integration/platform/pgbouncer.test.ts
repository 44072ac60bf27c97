import { spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { requirePostgres } from '../../../app/postgres.ts';
import { openDatabase } from '../../../platform/database.ts';
import { ensureServerUser } from '../../../platform/embedded-postgres/cluster.ts';
import { freePort } from '../../../platform/embedded-postgres/server.ts';
import { migrate } from '../../../platform/migrate.ts';
import { openNotifications } from '../../../platform/notifications.ts';
import { queryRow } from '../../../platform/sql.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { quiet } from '../../support/quiet.ts';
import { isInstalled, skipWithout } from '../../support/requirements.ts';

const IGNORED = 'options,statement_timeout,lock_timeout,idle_in_transaction_session_timeout';

describe('behind PgBouncer', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let stopPooler = async () => {};
  before(async function () {
    const missing = isInstalled('pgbouncer') ? null : 'no PgBouncer (Debian: pgbouncer)';
    skipWithout(this, 'PgBouncer', missing);
  });
  beforeEach(async () => {
    database = await testDatabase();
  });
  afterEach(async () => {
    await stopPooler();
    stopPooler = async () => {};
    await database.drop();
  });

  /** Starts a pooler in front of the test's database and returns the URL through it. */
  async function startPooler(settings: Record<string, string>): Promise<string> {
    const url = new URL(database.url);
    const dir = mkdtempSync(join(tmpdir(), 'fx-pooler-'));
    const port = await freePort();
    const file = (name: string, text: string) => {
      writeFileSync(join(dir, name), text);
      return join(dir, name);
    };
    const users = file('users', `"${url.username}" "${url.password}"\n`);
    const lines = Object.entries({
      ...{ listen_addr: '127.0.0.1', listen_port: port, unix_socket_dir: '' },
      ...{ auth_type: 'trust', auth_file: users, ...settings },
    }).map(([name, value]) => `${name} = ${value}`);
    const target = `* = host=${url.hostname} port=${url.port}`;
    const ini = file('ini', ['[databases]', target, '[pgbouncer]', ...lines, ''].join('\n'));
    const user = ensureServerUser();
    chmodSync(dir, 0o755);
    if (user.uid !== undefined) chownSync(dir, user.uid, user.gid);
    const pooler = spawn('pgbouncer', [ini], { ...user, cwd: '/', stdio: 'ignore' });
    const exited = new Promise<void>((resolve) => pooler.once('exit', () => resolve()));
    stopPooler = async () => {
      pooler.kill('SIGKILL');
      await exited;
      rmSync(dir, { recursive: true, force: true });
    };
    url.port = String(port);
    await eventually(async () => {
      const client = new pg.Client(url.href);
      await client.connect();
      await client.end();
    });
    return url.href;
  }
  const failureOf = (url: string) =>
    requirePostgres(url, () => migrate(url, quiet)).then(
      () => 'none',
      (err: Error) => `${err.name}: ${err.message}`,
    );

  it('names the startup parameter that is refused, and the cure', async () => {
    const url = await startPooler({ pool_mode: 'session' });
    expect(await failureOf(url)).to.match(
      new RegExp(
        '^CannotStart: PgBouncer at .* refuses us \\(unsupported startup parameter: \\w+\\): ' +
          'set pool_mode = session and ignore_startup_parameters = options,statement_timeout',
      ),
    );
  });

  it('refuses a session that is not in UTC: the pooler drops the request for it', async () => {
    const name = new URL(database.url).pathname.slice(1);
    await database.query(`alter database ${name} set timezone = 'Africa/Lagos'`);
    const url = await startPooler({ pool_mode: 'session', ignore_startup_parameters: IGNORED });
    expect(await failureOf(url)).to.match(
      /^CannotStart: Postgres uses the time zone Africa\/Lagos although UTC was requested/,
    );
  });

  for (const pool_mode of ['transaction', 'statement']) {
    it(`refuses ${pool_mode} mode with the reason`, async () => {
      const url = await startPooler({ pool_mode, ignore_startup_parameters: IGNORED });
      expect(await failureOf(url)).to.match(/^CannotStart: .*pool_mode = session/);
    });
  }

  it('works in session mode: migrations, queries and notifications', async () => {
    const url = await startPooler({ pool_mode: 'session', ignore_startup_parameters: IGNORED });
    expect(await migrate(url, quiet)).to.deep.equal([]);
    const db = openDatabase({ url, name: 'test' });
    const notifications = openNotifications({ url, log: quiet });
    const heard: string[] = [];
    await new Promise<void>((onConnect) =>
      notifications.subscribe('rates', { onNotify: () => heard.push('rates'), onConnect }),
    );
    await queryRow(db, "select announce('rates')");
    await eventually(() => expect(heard).to.deep.equal(['rates']));
    const { at } = await queryRow<{ at: string }>(
      db,
      "select '2026-01-01 00:00+00'::timestamptz as at",
    );
    expect(at).to.equal('2026-01-01T00:00:00Z');
    await notifications.stop();
    await db.destroy();
  });
});
