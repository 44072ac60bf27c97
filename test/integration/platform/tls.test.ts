import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { joinPostgres, requirePostgres } from '../../../app/postgres.ts';
import { readConfig } from '../../../platform/config.ts';
import { openDatabase } from '../../../platform/database.ts';
import { ensureServerUser } from '../../../platform/embedded-postgres/cluster.ts';
import { queryRow } from '../../../platform/sql.ts';
import { examinePostgres } from '../../../tools/doctor/postgres.ts';
import { type Authority, makeAuthority } from '../../support/certificates.ts';
import { startToolServer, type ToolServer, toolsFolder } from '../../support/postgres-tools.ts';
import { quiet } from '../../support/quiet.ts';
import { skipWithout } from '../../support/requirements.ts';

/** The settings of a server with TLS, and databases that want TLS or a certificate. */
function tlsSettings(dir: string, authority: Authority): Record<string, string> {
  const { cert, key } = authority.issue('server');
  const user = ensureServerUser();
  if (user.uid !== undefined)
    for (const file of [cert, key, authority.file]) chownSync(file, user.uid, user.gid);
  const ssl = { ssl: 'on', ssl_cert_file: cert, ssl_key_file: key, ssl_ca_file: authority.file };
  const hba = join(dir, 'hba.conf');
  // Each rule is for one database of the tests.
  const rules = [
    'hostssl only_tls all all trust',
    'hostssl only_cert all all trust clientcert=verify-ca',
    'host tls all all trust',
    'host postgres all all trust',
  ];
  writeFileSync(hba, `${rules.join('\n')}\n`);
  if (user.uid !== undefined) chownSync(hba, user.uid, user.gid);
  return { ...ssl, hba_file: hba };
}

describe('Postgres over TLS', function () {
  this.timeout(60_000);
  let server: ToolServer;
  let plain: ToolServer;
  let authority: Authority;
  let url: string;
  before(async function () {
    const tools = toolsFolder();
    skipWithout(this, 'TLS', tools ? null : 'no Postgres with TLS (Debian: postgresql)');
    server = await startToolServer(tools as string, async (dir) => {
      authority = makeAuthority(dir);
      return tlsSettings(dir, authority);
    });
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

  it('gives every sslmode the meaning that it has in libpq', async () => {
    const root = `sslrootcert=${authority.file}`;
    const foreign = `sslrootcert=${makeAuthority(server.dir, 'foreign').file}`;
    const byOtherName = url.replace('127.0.0.1', 'localhost');
    const untrusted = /^CannotStart: Postgres at .* not trusted/;
    expect(await connect(url, 'sslmode=disable')).to.equal('plain');
    expect(await connect(url, 'sslmode=prefer')).to.equal('encrypted');
    // Encrypted and not verified, unless there is a certificate authority to verify by.
    expect(await connect(byOtherName, 'sslmode=require')).to.equal('encrypted');
    expect(await connect(url, `sslmode=require&${foreign}`)).to.match(untrusted);
    // The authority is verified, the host name is not.
    expect(await connect(byOtherName, `sslmode=verify-ca&${root}`)).to.equal('encrypted');
    expect(await connect(url, `sslmode=verify-ca&${foreign}`)).to.match(untrusted);
    expect(await connect(url, 'sslmode=verify-ca')).to.match(/^CannotStart: .* needs sslrootcert=/);
    expect(await connect(url, `sslmode=verify-full&${root}`)).to.equal('encrypted');
    expect(await connect(url, 'sslmode=verify-full&sslrootcert=system')).to.match(untrusted);
    expect(await connect(url, 'sslmode=on')).to.match(/^CannotStart: .*sslmode=on is none of/);
  });

  it('names what a server wants that refuses a connection in the clear', async () => {
    const onlyTls = await server.database('only_tls');
    expect(await connect(onlyTls, 'sslmode=disable')).to.match(
      /^CannotStart: Postgres at .* wants TLS \(no pg_hba.conf entry .*\): add sslmode=require/,
    );
    expect(await connect(onlyTls, 'sslmode=require')).to.equal('encrypted');
    const onlyCert = await server.database('only_cert');
    expect(await connect(onlyCert, 'sslmode=require')).to.match(
      /^CannotStart: Postgres at .* refuses our certificate, or wants one \(.*\): set sslcert and/,
    );
    const client = authority.issue('client');
    const own = `sslcert=${client.cert}&sslkey=${client.key}`;
    expect(await connect(onlyCert, `sslmode=require&${own}`)).to.equal('encrypted');
    const checks = await examinePostgres({ url: `${onlyTls}?sslmode=disable`, dataDir: null });
    expect(checks[0]).to.include({ state: 'problem', code: 'postgres_tls' });
  });

  it('says in one sentence that the certificate authority is not known', async () => {
    expect(await connect(url, 'sslmode=verify-full')).to.match(
      /^CannotStart: .*\/tls has a certificate that is not trusted \(\w+\): add sslrootcert=/,
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
