import { spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureServerUser } from '../../platform/embedded-postgres/cluster.ts';
import { freePort } from '../../platform/embedded-postgres/server.ts';
import { probeTcp } from '../../tools/doctor/check.ts';
import { waitUntilUp } from './server-process.ts';

/** Parameters that our connections bring along and PgBouncer refuses unless they are named. */
const IGNORED_PARAMETERS = [
  ...['options', 'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'],
  ...['extra_float_digits'],
];

/** Starts a real PgBouncer in front of a database. It never runs as root. */
export async function startPgbouncer(databaseUrl: string, mode: 'session' | 'transaction') {
  const target = new URL(databaseUrl);
  const dir = mkdtempSync(join(tmpdir(), 'fx-pgbouncer-'));
  const port = await freePort();
  const name = target.pathname.slice(1);
  writeFileSync(join(dir, 'users.txt'), `"${target.username}" "${target.password}"\n`);
  writeFileSync(
    join(dir, 'pgbouncer.ini'),
    `[databases]
${name} = host=${target.hostname} port=${target.port} dbname=${name}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${join(dir, 'users.txt')}
pool_mode = ${mode}
ignore_startup_parameters = ${IGNORED_PARAMETERS.join(', ')}
`,
  );
  const user = ensureServerUser();
  if ('uid' in user)
    for (const path of [dir, join(dir, 'users.txt'), join(dir, 'pgbouncer.ini')])
      chownSync(path, user.uid as number, user.gid as number);
  const child = spawn('pgbouncer', ['-q', join(dir, 'pgbouncer.ini')], {
    ...user,
    cwd: '/',
    stdio: 'ignore',
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await waitUntilUp('PgBouncer', async () => {
    const fault = await probeTcp(`127.0.0.1:${port}`);
    if (fault) throw new Error(fault);
  });
  const url = new URL(databaseUrl);
  url.port = String(port);
  return {
    url: url.href,
    stop: async () => {
      child.kill('SIGINT');
      await exited;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
