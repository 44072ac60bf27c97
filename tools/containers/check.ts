import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Engine, findObstacle, startEngine } from './engine.ts';
import { buildStandIns } from './images.ts';
import { checkProduction } from './production.ts';
import {
  type Compose,
  checkBroker,
  composeWith,
  demand,
  print,
  SERVICES,
  waitForRates,
} from './steps.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const SECRETS = [
  ...['database_password', 'database_write_password', 'database_read_password'],
  ...['xe_account_id', 'xe_api_key', 'api_token', 'pgadmin_password'],
];
/** Production on the simulator: everything but the keys of XE. */
const WITHOUT_KEYS = `services:
  producer: &simulated
    environment: { XE_ACCOUNT_ID_FILE: "", XE_API_KEY_FILE: "" }
  api: *simulated
`;

const obstacle = await findObstacle();
if (obstacle) process.stderr.write(`\n!!! SKIPPED: the container check (${obstacle}) !!!\n`);
else await check();

async function check(): Promise<void> {
  const engine = await startEngine();
  try {
    const version = await engine.run('docker', 'version', '-f', '{{.Server.Version}}');
    print(`Docker Engine ${version.trim()}`);
    await engine.run('sh', '-c', 'docker ps -aq | xargs -r docker rm -fv; docker volume prune -af');
    await buildStandIns(engine);
    print('stand-in images of Node, Postgres and Redpanda built');
    const secrets = prepareProject(engine);
    const development = composeWith(engine, 'docker-compose.yaml');
    await development('build');
    print('image built from a checkout made under umask 027');
    await checkImage(engine);
    await checkDevelopment(engine, development);
    await checkProduction(engine, secrets);
    print('the containers work');
  } catch (err) {
    const logs = 'for id in $(docker ps -aq); do docker logs --tail 25 $id; done';
    process.stderr.write((await engine.attempt('sh', '-c', logs)).out);
    throw err;
  } finally {
    await engine.stop();
  }
}

/** A checkout as a careful administrator has it, with new secrets. */
function prepareProject({ project }: Engine): Map<string, string> {
  rmSync(project, { recursive: true, force: true });
  mkdirSync(project, { mode: 0o755 });
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: PROJECT });
  const tar = execFileSync('tar', ['--null', '-T', '-', '-c'], {
    cwd: PROJECT,
    input: files,
    maxBuffer: 1 << 28,
  });
  const unpack = `umask 027; exec tar -x --no-same-permissions -C '${project}'`;
  execFileSync('sh', ['-c', unpack], { input: tar });
  mkdirSync(join(project, 'secrets'), { mode: 0o700 });
  const secrets = new Map(SECRETS.map((name) => [name, randomBytes(24).toString('hex')]));
  for (const [name, value] of secrets) {
    writeFileSync(join(project, 'secrets', name), value);
    chmodSync(join(project, 'secrets', name), 0o644);
  }
  writeFileSync(join(project, 'check.yaml'), WITHOUT_KEYS);
  return secrets;
}

async function checkImage(engine: Engine): Promise<void> {
  const inImage = (script: string) =>
    engine.run('docker', 'run', '--rm', '--entrypoint', 'sh', 'fx-rates:local', '-c', script);
  const { devDependencies } = JSON.parse(
    execFileSync('cat', [join(PROJECT, 'package.json')], { encoding: 'utf8' }),
  ) as { devDependencies: Record<string, string> };
  const names = Object.keys(devDependencies).join(' ');
  const found = await inImage(`id -u; cd node_modules && ls -d ${names} 2>/dev/null || true`);
  demand(found.trim() === '1000', 'the image runs as uid 1000, without dev dependencies', found);
  const entries = (await inImage('ls -A')).split('\n');
  const unwanted = entries.filter((name) => /^(\.env|\.git|\.data|test|secrets)$/.test(name));
  demand(unwanted.length === 0, 'the image has no tests, history, data or secrets', `${unwanted}`);
}

async function checkDevelopment(engine: Engine, compose: Compose): Promise<void> {
  await compose('up', '-d', '--wait', ...SERVICES);
  print('docker-compose.yaml is up and healthy');
  await waitForRates(engine);
  demand(true, 'seven rates over the API');
  await checkBroker(compose, 'true');
  await compose('down', '--volumes', '--timeout', '5');
}
