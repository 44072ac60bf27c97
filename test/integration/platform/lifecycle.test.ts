import { createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.ts';
import { command, run } from '../../support/process.ts';

const LIFECYCLE = new URL('../../../platform/lifecycle.ts', import.meta.url).href;

/** Runs a program whose main does `work` once it has printed `up`, until it gets `signal`. */
async function ended(work: string, signal: NodeJS.Signals, options = '{}') {
  const program = `
    import { runCommand } from '${LIFECYCLE}';
    await runCommand(async ({ onStopped, untilSignal }) => {
      void untilSignal.then(() => onStopped(() => console.log('stopped')));
      const alive = setInterval(() => {}, 1000);
      console.log('up');
      ${work};
    }, ${options});`;
  const args = ['--import', './bin/typescript.mjs', '--input-type=module', '--eval', program];
  const started = run(process.execPath, args, {});
  await eventually(() => expect(started.output()).to.match(/^up$/m));
  started.kill(signal);
  const code = await started.exited;
  return `${code} ${started.output().replace(/^up\n/, '').trim().replaceAll('\n', ' ')}`;
}

const FAILS = "await untilSignal; throw new Error('initdb: terminated')";
const HANGS = 'await new Promise(() => {})';
const SERVICE = '{ isService: true }';
const interrupted = (signal: string) =>
  `interrupted: ${signal} came before the work was done stopped`;

describe('a signal', function () {
  this.timeout(20_000);

  it('fails a command whose work it has interrupted, in one line', async () => {
    const ends = await Promise.all([
      ended(FAILS, 'SIGINT'),
      ended('await untilSignal; return 0', 'SIGINT'),
    ]);
    expect(ends).to.deep.equal([`130 ${interrupted('SIGINT')}`, '0 stopped']);
  });

  it('is how a service ends, even while it starts', async () => {
    const ends = await Promise.all([
      ended(FAILS, 'SIGINT', SERVICE),
      ended(HANGS, 'SIGTERM', SERVICE),
    ]);
    expect(ends).to.deep.equal(['0 stopped', '0 stopped']);
  });

  describe('during npm run migrate', () => {
    let silent: Server;
    let connected: Promise<unknown>;
    beforeEach(async () => {
      silent = createServer();
      connected = new Promise((resolve) => silent.once('connection', resolve));
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    });
    afterEach(() => void silent.close());

    it('is no success: the schema may be as it was', async () => {
      const { port } = silent.address() as { port: number };
      const migrate = command('migrate', {
        DATABASE_URL: `postgres://fx:x@127.0.0.1:${port}/none`,
      });
      await connected;
      migrate.kill('SIGTERM');
      expect(await migrate.exited).to.equal(143);
      expect(migrate.output()).to.equal(`${interrupted('SIGTERM').replace(' stopped', '')}\n`);
    });
  });
});
