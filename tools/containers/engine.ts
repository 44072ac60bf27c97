import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from '../../test/support/eventually.ts';

/** Root's own, so that npm ci does not delete it. */
const CACHE = '/var/cache/fx-rates/containers';
const HERE = fileURLToPath(new URL('.', import.meta.url));
/** The release whose Docker and Compose are new enough for our compose files. */
const ENGINE_RELEASE = 'trixie';
const ENGINE_PACKAGES =
  'docker.io,docker-cli,docker-compose,docker-buildx,iptables,iproute2,curl,ca-certificates,mount';
/** The release of the stand-in images, and what they need between them. */
const IMAGE_RELEASE = 'bookworm';
const IMAGE_PACKAGES =
  'ca-certificates,libatomic1,nginx-light,openjdk-17-jre-headless,postgresql-client,wget';
const MIRROR = 'http://deb.debian.org/debian';

/** A command's output, whatever its exit code. */
interface Result {
  readonly code: number;
  readonly out: string;
}

/** A Docker engine in namespaces of its own. Its folder `/project` is `project` on this machine. */
export interface Engine {
  readonly project: string;
  /** Runs a command beside dockerd and rejects if it fails. */
  run(...command: string[]): Promise<string>;
  /** The same, but a failure is a result. */
  attempt(...command: string[]): Promise<Result>;
  stop(): Promise<void>;
}

/** Why no engine can run here, or null. */
export async function findObstacle(): Promise<string | null> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux';
  for (const tool of ['mmdebstrap', 'slirp4netns', 'unshare', 'nsenter', 'mvn', 'prometheus'])
    if ((await attempt('sh', ['-c', `command -v ${tool}`])).code !== 0) return `no ${tool}`;
  const namespaces = ['--mount', '--net', '--pid', '--uts', '--ipc', '--fork', 'true'];
  return (await attempt('unshare', namespaces)).code === 0 ? null : 'no namespaces';
}

export async function startEngine(): Promise<Engine> {
  const root = await debianFolder('engine', ENGINE_RELEASE, ENGINE_PACKAGES);
  for (const folder of ['project', 'host']) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'etc/resolv.conf'), 'nameserver 10.0.2.3\n');
  const log = openSync(join(CACHE, 'dockerd.log'), 'w');
  const daemon = spawn(
    'unshare',
    [
      ...['--mount', '--net', '--pid', '--uts', '--ipc', '--fork', '--kill-child'],
      ...['sh', join(HERE, 'enter.sh'), root],
    ],
    { stdio: ['ignore', log, log] },
  );
  const pid = await eventually(() => onlyChild(daemon));
  let isRunning = true;
  const exited = once(daemon, 'exit').then(() => {
    isRunning = false;
  });
  const network = spawn(
    'slirp4netns',
    ['--configure', '--disable-host-loopback', '--mtu=65520', String(pid), 'tap0'],
    { stdio: 'ignore' },
  );
  const enter = ['-t', String(pid), '-m', '-n', '-p', '-u', '-i'];
  const inside = (command: string[]) => [
    ...enter,
    ...['env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'NO_COLOR=1'],
    ...command,
  ];
  const engine: Engine = {
    project: join(root, 'project'),
    run: async (...command) => {
      const { code, out } = await attempt('nsenter', inside(command));
      if (code === 0) return out;
      throw new Error(`${command.join(' ')} exited with ${code}:\n${out.slice(-4000)}`);
    },
    attempt: (...command) => attempt('nsenter', inside(command)),
    stop: async () => {
      if (isRunning) process.kill(pid, 'SIGTERM');
      await exited;
      network.kill();
    },
  };
  try {
    await eventually(async () => isRunning && (await engine.run('docker', 'info')));
    if (!isRunning) throw new Error(`dockerd did not start: see ${join(CACHE, 'dockerd.log')}`);
    return engine;
  } catch (err) {
    await engine.stop();
    throw err;
  }
}

/** A tar of Debian with what the stand-in images need, made once. */
export async function imageBase(): Promise<string> {
  const tar = join(CACHE, `base-${IMAGE_RELEASE}.tar`);
  if (!existsSync(tar)) await bootstrap(IMAGE_RELEASE, IMAGE_PACKAGES, tar, 'tar');
  return tar;
}

async function debianFolder(name: string, release: string, packages: string): Promise<string> {
  const root = join(CACHE, `${name}-${release}`);
  if (!existsSync(root)) await bootstrap(release, packages, root, 'directory');
  return root;
}

/** Fills `target` under another name first: a killed download leaves nothing. */
async function bootstrap(
  release: string,
  packages: string,
  target: string,
  format: 'tar' | 'directory',
): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const fresh = `${target}.${process.pid}`;
  const args = ['--quiet', '--variant=minbase', `--format=${format}`, `--include=${packages}`];
  await promisify(execFile)('mmdebstrap', [...args, release, fresh, MIRROR]);
  renameSync(fresh, target);
}

function attempt(program: string, args: string[]): Promise<Result> {
  return new Promise((resolve) => {
    execFile(program, args, { maxBuffer: 1 << 26 }, (err, stdout, stderr) =>
      resolve({ code: err ? Number(err.code ?? 1) || 1 : 0, out: stdout + stderr }),
    );
  });
}

function onlyChild({ pid }: ChildProcess): number {
  const child = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
  if (!child) throw new Error('unshare has started no process');
  return child;
}
