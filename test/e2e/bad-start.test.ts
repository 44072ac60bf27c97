import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { command, dataDir, freePort, get } from '../support/process.ts';

/** What a person sees: exit code and words, never a stack. */
async function ending(
  name: string,
  settings: Record<string, string>,
  args: string[] = [],
): Promise<{ code: number | null; said: string }> {
  const started = command(name, settings, args);
  const code = await started.exited;
  expect(started.output(), 'no stack').to.not.match(/\n\s+at /);
  return { code, said: started.output() };
}

describe('a start that fails', function () {
  this.timeout(60_000);
  let data: ReturnType<typeof dataDir>;
  beforeEach(() => {
    data = dataDir();
  });
  afterEach(() => data.remove());

  it('lists every wrong setting and exits with 2', async () => {
    const { code, said } = await ending('start', {
      DATA_DIR: data.dir,
      PORT: 'x',
      LOG_LEVEL: 'loud',
    });
    expect(code).to.equal(2);
    expect(said)
      .to.match(/PORT: use a whole number from 0 to 65535, for example 5080; got "x"/)
      .and.match(/LOG_LEVEL: use one of/);
  });

  it('says which port is taken and what to do', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as { port: number };
    const { code, said } = await ending('start', { DATA_DIR: data.dir, PORT: String(port) });
    blocker.close();
    expect(code).to.equal(1);
    expect(readdirSync(data.dir), 'nothing is created').to.deep.equal([]);
    expect(said).to.match(
      new RegExp(
        `API cannot listen on 127\\.0\\.0\\.1:${port}: another program listens there\\. Set PORT`,
      ),
    );
  });

  it('says that DATA_DIR cannot be written', async () => {
    writeFileSync(join(data.dir, 'a-file'), '');
    const { code, said } = await ending('start', { DATA_DIR: join(data.dir, 'a-file') });
    expect(code).to.equal(1);
    expect(said).to.match(
      /DATA_DIR .*a-file cannot be written \(E\w+\): make it writable, or set DATA_DIR/,
    );
  });

  it("names the folder that the server's user may not enter", async function () {
    if (process.getuid?.() !== 0) return this.skip();
    const closed = join(mkdtempSync(join(tmpdir(), 'fx-closed-')));
    chmodSync(closed, 0o700);
    mkdirSync(join(closed, 'data'));
    const { code, said } = await ending('start', { DATA_DIR: join(closed, 'data') });
    rmSync(closed, { recursive: true });
    expect(code).to.equal(1);
    expect(said).to.match(
      new RegExp(`The user postgres.* may not enter ${closed}: move the project`),
    );
  });

  it('says that Postgres refuses the password, and where', async () => {
    const start = command('start', { DATA_DIR: data.dir, PORT: String(await freePort()) });
    await eventually(() => expect(start.output()).to.match(/schema migrated/));
    const connection = JSON.parse(
      execFileSync('cat', [join(data.dir, 'pg/fx-connection.json')], { encoding: 'utf8' }),
    ) as {
      port: number;
    };
    const url = `postgres://fx:wrong@127.0.0.1:${connection.port}/fx_rates`;
    const { code, said } = await ending('consumer', { DATABASE_URL: url });
    expect(code).to.equal(1);
    expect(said)
      .to.match(
        new RegExp(
          `Postgres at 127\\.0\\.0\\.1:${connection.port}/fx_rates refuses us \\(.*\\): check user`,
        ),
      )
      .and.not.match(/wrong@/);
    start.kill('SIGTERM');
    await start.exited;
  });

  for (const [name, ...args] of [
    ['migrate'],
    ['seed'],
    ['dlt', 'ls'],
    ['replay', '--from', '2026-01-01'],
    ['report', 'loans'],
  ] as string[][]) {
    it(`says that Postgres cannot be reached when npm run ${name} needs it`, async () => {
      const { code, said } = await ending(
        name as string,
        { DATABASE_URL: 'postgres://fx:x@127.0.0.1:1/none' },
        args,
      );
      expect(code).to.equal(1);
      expect(said).to.contain(
        'Postgres at 127.0.0.1:1 cannot be reached (ECONNREFUSED): ' +
          'start it, or correct DATABASE_URL',
      );
    });
  }

  it('keeps serving the page while Postgres is unavailable, and says so', async () => {
    const port = await freePort();
    const api = command('api', {
      DATABASE_URL: 'postgres://fx:x@127.0.0.1:1/none',
      PORT: String(port),
    });
    await eventually(async () => {
      const answer = await get<{ detail: string }>(`http://127.0.0.1:${port}/readyz`);
      expect([answer?.status, answer?.data.detail]).to.deep.equal([
        503,
        'the database is unavailable (ECONNREFUSED); retry in a few seconds',
      ]);
    });
    await eventually(() =>
      expect(api.output()).to.match(/Postgres is unavailable, migration retries/),
    );
    api.kill('SIGTERM');
    expect(await api.exited).to.equal(0);
  });

  it('keeps a service alive without Postgres; readiness names the reason', async () => {
    const port = await freePort();
    const consumer = command('consumer', {
      DATABASE_URL: 'postgres://fx:x@127.0.0.1:1/none',
      METRICS_PORT: String(port),
    });
    await eventually(async () => {
      expect((await get(`http://127.0.0.1:${port}/livez`))?.status).to.equal(200);
      const ready = await get<{ trouble: string }>(`http://127.0.0.1:${port}/readyz`);
      expect([ready?.status, ready?.data.trouble]).to.deep.equal([503, 'waiting for Postgres']);
    });
    consumer.kill('SIGTERM');
    expect(await consumer.exited).to.equal(0);
  });

  it('refuses an old Node in one sentence', () => {
    const pretended =
      "Object.defineProperty(process, 'versions', { value: { node: '18.20.0' } });" +
      "require('./bin/check-node.cjs')";
    try {
      execFileSync(process.execPath, ['-e', pretended], { encoding: 'utf8', stdio: 'pipe' });
      expect.fail('it was accepted');
    } catch (error) {
      const { status, stderr } = error as { status: number; stderr: string };
      expect([status, stderr]).to.deep.equal([
        1,
        'fx-rates needs Node 20.19 or newer, and this is 18.20.0: ' +
          'install a newer one from https://nodejs.org\n',
      ]);
    }
  });

  it('refuses an unknown option with exit code 2, and has --help', async () => {
    expect((await ending('seed', {}, ['--wrong'])).code).to.equal(2);
    const help = await ending('seed', {}, ['--help']);
    expect(help.code).to.equal(0);
    expect(help.said)
      .to.match(/Loads the sample loan book/)
      .and.match(/--json/);
  });
});

describe('npm run seed and npm run migrate', function () {
  this.timeout(60_000);
  it('print to stdout, start the embedded server for themselves, and may be repeated', async () => {
    const data = dataDir();
    chmodSync(data.dir, 0o1777);
    const migrated = await ending('migrate', { DATA_DIR: data.dir, LOG_LEVEL: 'error' }, [
      '--json',
    ]);
    const { migrations } = JSON.parse(migrated.said) as { migrations: string[] };
    expect(migrations).to.deep.equal(
      readdirSync(new URL('../../migrations', import.meta.url))
        .filter((name) => name.endsWith('.ts'))
        .map((name) => name.slice(0, -'.ts'.length)),
    );
    expect((await ending('migrate', { DATA_DIR: data.dir })).said).to.equal(
      'the schema was up to date\n',
    );
    const first = await ending('seed', { DATA_DIR: data.dir });
    expect(first.code).to.equal(0);
    expect(first.said)
      .to.match(/loan_payment\.csv +84 read, 84 loaded/)
      .and.match(/02\/29\/2023/);
    const second = await ending('seed', { DATA_DIR: data.dir });
    // The sample replaces itself: the same report, but for the loans that were there before.
    const said = first.said.replaceAll('loans 0 → 4', 'loans 4 → 4');
    expect(second).to.deep.equal({ ...first, said });
    expect(statSync(data.dir).mode & 0o7777, 'the modes of a folder that was there').to.equal(
      0o1777,
    );
    data.remove();
  });
});
