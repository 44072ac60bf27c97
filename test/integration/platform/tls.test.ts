import { execFileSync } from 'node:child_process';
import { chownSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { joinPostgres, requirePostgres } from '../../../app/context.ts';
import { readConfig } from '../../../platform/config.ts';
import { openDatabase } from '../../../platform/database.ts';
import { ensureServerUser } from '../../../platform/embedded-postgres/cluster.ts';
import { queryRow } from '../../../platform/sql.ts';
import { startToolServer, type ToolServer, toolsFolder } from '../../support/postgres-tools.ts';
import { quiet } from '../../support/quiet.ts';
import { skipWithout } from '../../support/requirements.ts';

/** A certificate authority of its own and a certificate of 127.0.0.1 by it, for the server's user. */
function makeCertificates(dir: string): Record<string, string> {
  const at = (name: string) => join(dir, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const key = (name: string) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', at(name)];
  const ca = ['-days', '2', '-subj', '/CN=Test CA', '-out', at('ca.pem')];
  openssl('req', '-x509', ...key('ca.key'), ...ca);
  openssl('req', ...key('server.key'), '-subj', '/CN=db', '-out', at('server.csr'));
  writeFileSync(at('san'), 'subjectAltName=IP:127.0.0.1\n');
  const issuer = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial'];
  const issued = ['-days', '2', '-extfile', at('san'), '-out', at('server.pem')];
  openssl('x509', '-req', '-in', at('server.csr'), ...issuer, ...issued);
  const user = ensureServerUser();
  if (user.uid !== undefined)
    for (const name of readdirSync(dir))
      if (/^(server|ca)\./.test(name)) chownSync(at(name), user.uid, user.gid);
  return { ssl: 'on', ssl_cert_file: at('server.pem'), ssl_key_file: at('server.key') };
}

describe('Postgres over TLS', function () {
  this.timeout(60_000);
  let server: ToolServer;
  let plain: ToolServer;
  let url: string;
  before(async function () {
    const tools = toolsFolder();
    skipWithout(this, 'TLS', tools ? null : 'no Postgres with TLS (Debian: postgresql)');
    server = await startToolServer(tools as string, async (dir) => makeCertificates(dir));
    plain = await startToolServer(tools as string);
    url = await server.database('tls');
  });
  after(async () => {
    await server?.stop();
    await plain?.stop();
  });

  /** Whether the connection is encrypted, or why there is none. */
  async function connect(base: string, query: string): Promise<string> {
    const to = `${base}?${query}`;
    const config = readConfig({ DATABASE_URL: to }, '/nonexistent/.env');
    try {
      await joinPostgres({ config, log: quiet, onClose: () => {} });
      return await requirePostgres(to, async () => {
        const db = openDatabase({ url: to, name: 'test' });
        const own = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()';
        const { ssl } = await queryRow<{ ssl: boolean }>(db, own).finally(() => db.destroy());
        return ssl ? 'encrypted' : 'plain';
      });
    } catch (err) {
      return `${(err as Error).name}: ${(err as Error).message}`;
    }
  }

  it('is encrypted and verified by the private certificate authority that is named', async () => {
    const root = `sslrootcert=${server.dir}/ca.pem`;
    expect(await connect(url, `sslmode=verify-full&${root}`)).to.equal('encrypted');
    expect(await connect(url, `sslmode=require&${root}`)).to.equal('encrypted');
    expect(await connect(url, 'sslmode=disable')).to.equal('plain');
  });

  it('says in one sentence that the certificate authority is not known', async () => {
    expect(await connect(url, 'sslmode=verify-full')).to.match(
      /^CannotStart: Postgres at .*\/tls has a certificate that is not trusted \(\w+\): add sslrootcert=/,
    );
  });

  it('says in one sentence that a file cannot be read, or that the server has no TLS', async () => {
    expect(await connect(url, 'sslmode=verify-full&sslrootcert=/none/ca.pem')).to.equal(
      'CannotStart: DATABASE_URL: sslrootcert=/none/ca.pem cannot be read (ENOENT)',
    );
    expect(await connect(await plain.database('no_tls'), 'sslmode=verify-full')).to.match(
      /^CannotStart: Postgres at .*\/no_tls has no TLS: leave sslmode out/,
    );
  });

  it('says in one sentence that the certificate is for another name', async () => {
    const other = url.replace('127.0.0.1', 'localhost');
    const query = `sslmode=verify-full&sslrootcert=${server.dir}/ca.pem`;
    expect(await connect(other, query)).to.match(/^CannotStart: .*certificate for another host/);
  });
});
