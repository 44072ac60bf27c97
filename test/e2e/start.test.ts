import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import {
  type Command,
  command,
  dataDir,
  freePort,
  get,
  npmRun,
  type OldRate,
  postgresPid,
} from '../support/process.ts';

const SEVEN = ['EGP', 'GHS', 'KES', 'MAD', 'NGN', 'UGX', 'XOF'];

/** The elements of the newest day (id = day number × 1000 + currency); older days are simulated. */
function newestDay(rates: OldRate[]): OldRate[] {
  const newest = Math.max(...rates.map(({ id }) => Math.floor(id / 1000)));
  return rates.filter(({ id }) => Math.floor(id / 1000) === newest);
}

function lastMessage({ output }: Command): unknown {
  const lines = output().trim().split('\n');
  return (JSON.parse(lines.at(-1) ?? '{}') as { msg?: string }).msg;
}

describe('npm start', function () {
  this.timeout(90_000);
  let data: ReturnType<typeof dataDir>;
  let port: number;
  let running: Command | undefined;

  const start = () => {
    running = command('start', { DATA_DIR: data.dir, PORT: String(port) });
    return running;
  };
  const sevenRates = async () => {
    const rates = await eventually(async () => {
      const answer = await get<OldRate[]>(`http://127.0.0.1:${port}/v1/rates`);
      const newest = newestDay(answer?.data ?? []);
      expect(newest.map(({ currency_to }) => currency_to).sort(), running?.output()).to.deep.equal(
        SEVEN,
      );
      return newest;
    });
    return rates;
  };
  beforeEach(async () => {
    data = dataDir();
    port = await freePort();
  });
  afterEach(async () => {
    running?.kill('SIGKILL');
    await running?.exited;
    data.remove();
  });

  it('shows seven simulated rates on an empty folder, and the same when restarted', async () => {
    const first = start();
    const rates = await sevenRates();
    expect(first.output()).to.match(/SIMULATED/);
    const latest = await get<{ meta: { simulated: boolean } }>(
      `http://127.0.0.1:${port}/v2/rates/latest`,
    );
    expect(latest?.data.meta.simulated).to.equal(true);

    // A terminal and npm both forward the signal: two at once are still one graceful stop.
    first.kill('SIGTERM');
    first.kill('SIGTERM');
    expect(await first.exited).to.equal(0);
    expect(postgresPid(data.dir), 'a Postgres without users').to.equal(null);

    const second = start();
    expect((await sevenRates()).map(({ id }) => id)).to.deep.equal(rates.map(({ id }) => id));
    second.kill('SIGINT');
    expect(await second.exited).to.equal(0);
    expect(lastMessage(second), 'the last line').to.equal('stopped');
  });

  it('stops with its Postgres when the terminal is closed', async () => {
    const closed = start();
    await sevenRates();
    closed.kill('SIGHUP');
    expect(await closed.exited).to.equal(0);
    expect(lastMessage(closed)).to.equal('stopped');
    expect(postgresPid(data.dir)).to.equal(null);
  });

  it('ignores variables of libpq, which are meant for other servers', async () => {
    const settings = { DATA_DIR: data.dir, PORT: String(port) };
    const foreign = { PGSSLMODE: 'prefer', PGHOST: '127.0.0.9', PGPORT: '1', PGUSER: 'other' };
    running = command('start', { ...settings, ...foreign, PGOPTIONS: '-c TimeZone=Asia/Kolkata' });
    await sevenRates();
  });

  it('keeps its data and one row a currency through five kill -9 at random moments', async () => {
    for (const ms of [40, 350, 700, 1100, 1600].map((moment) => moment + Math.random() * 300)) {
      const victim = start();
      await new Promise((resolve) => setTimeout(resolve, ms));
      victim.kill('SIGKILL');
      await victim.exited;
    }
    const survivor = start();
    await sevenRates();
    await eventually(async () =>
      expect(
        (await get<{ status: string }>(`http://127.0.0.1:${port}/readyz`))?.data.status,
      ).to.equal('ok'),
    );
    survivor.kill('SIGTERM');
    expect(await survivor.exited).to.equal(0);
    expect(postgresPid(data.dir)).to.equal(null);
  });

  it('stops the whole pipeline when only npm receives SIGTERM', async () => {
    const npm = npmRun('start', { DATA_DIR: data.dir, PORT: String(port) });
    running = npm;
    await sevenRates();
    npm.kill('SIGTERM');
    await npm.exited;
    expect(lastMessage(npm)).to.equal('stopped');
    expect(postgresPid(data.dir)).to.equal(null);
    expect(await get(`http://127.0.0.1:${port}/livez`)).to.equal(null);
  });

  // dash runs the script as its child, bash replaces itself by it.
  for (const [shell, signal] of [
    ['sh', 'SIGHUP'],
    ['sh', 'SIGKILL'],
    ['bash', 'SIGTERM'],
    ['bash', 'SIGHUP'],
  ] as const)
    it(`stops a script gracefully when only npm receives ${signal}, under ${shell}`, async () => {
      const settings = { DATA_DIR: data.dir, npm_config_script_shell: shell };
      running = npmRun('simulator', settings);
      const access = join(data.dir, 'simulator.json');
      await eventually(() => expect(existsSync(access), running?.output()).to.equal(true));
      running.kill(signal);
      await eventually(() => expect(existsSync(access), 'the access file').to.equal(false));
    });

  it('brings a killed Postgres back and serves on', async () => {
    start();
    await sevenRates();
    process.kill(postgresPid(data.dir) as number, 'SIGKILL');
    await eventually(async () =>
      expect((await get(`http://127.0.0.1:${port}/v1/rates`))?.status, running?.output()).to.equal(
        200,
      ),
    );
    await sevenRates();
  });

  it('leaves a Postgres that another command still uses running', async () => {
    const first = start();
    await sevenRates();
    const other = command('consumer', { DATA_DIR: data.dir });
    await eventually(() => expect(other.output()).to.match(/started/));
    const server = postgresPid(data.dir);
    const api = command('api', { DATA_DIR: data.dir, PORT: String(await freePort()) });
    await eventually(() => expect(api.output()).to.match(/listening/));
    first.kill('SIGTERM');
    other.kill('SIGTERM');
    expect([await first.exited, await other.exited]).to.deep.equal([0, 0]);
    expect(postgresPid(data.dir)).to.equal(server);
    api.kill('SIGTERM');
    expect(await api.exited).to.equal(0);
    expect(postgresPid(data.dir)).to.equal(null);
  });
});
