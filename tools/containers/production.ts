import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../test/support/eventually.ts';
import type { Engine } from './engine.ts';
import {
  API,
  type Compose,
  checkBroker,
  composeWith,
  demand,
  print,
  SERVICES,
  waitForRates,
} from './steps.ts';

const CLOSE_SECONDS = 10;
/** The stand-in of the broker is two Java programs. */
const RESTART_MS = 300_000;

/** deploy/production.yaml: roles, commands, Prometheus, secrets, kill -9 and SIGTERM. */
export async function checkProduction(engine: Engine, secrets: Map<string, string>): Promise<void> {
  const files = ['docker-compose.yaml', 'deploy/production.yaml'];
  const compose = composeWith(engine, ...files, 'check.yaml');
  await compose('up', '-d', '--wait', ...SERVICES);
  print('deploy/production.yaml is up and healthy');
  await waitForRates(engine);
  await checkBroker(compose, 'false');
  await checkRoles(engine, secrets);
  await checkBook(engine, compose);
  await checkPrometheus(engine, compose);
  await rotateToken(engine, compose, secrets);
  await killAll(engine, compose);
  await trigger(engine, secrets);
  const doctor = await engine.attempt(
    ...['docker', 'compose', '--project-directory', '/project'],
    ...files.flatMap((file) => ['-f', `/project/${file}`]),
    ...['run', '--rm', '--no-deps', 'producer', 'npm', 'run', '-s', 'doctor'],
  );
  const output = (await compose('logs', '--no-color')) + doctor.out;
  const leaked = [...secrets].filter(([, value]) => output.includes(value)).map(([name]) => name);
  demand(leaked.length === 0, 'no secret in the logs or in the doctor’s report', `${leaked}`);
  demand(doctor.code <= 1 && /XE/.test(doctor.out), 'the doctor runs in a container', doctor.out);
  await checkStop(engine, compose);
  await compose('down', '--volumes');
}

/** The API connects with a role that cannot write rates. */
async function checkRoles(engine: Engine, secrets: Map<string, string>): Promise<void> {
  const asReader = (statement: string) => {
    const password = secrets.get('database_read_password');
    const url = `postgres://fx_rates_read:${password}@127.0.0.1/fx_rates`;
    const psql = ['exec', '-T', 'postgres', 'psql', '-tA', url, '-c', statement];
    return engine.attempt('docker', 'compose', '--project-directory', '/project', ...psql);
  };
  const users = await asReader(
    "select distinct usename || ' ' || application_name from pg_stat_activity " +
      "where application_name ~ '^fx-rates (api|consumer|producer)$' order by 1",
  );
  demand(
    /^fx_rates_read fx-rates api\nfx_rates_write fx-rates consumer\n/.test(users.out),
    'API and consumer connect with their own roles',
    users.out,
  );
  const denied = await asReader('update daily_rates set mid = 1');
  demand(/permission denied/.test(denied.out), 'the API’s role cannot write rates', denied.out);
}

/** A book loaded from a mounted folder, by the schema's owner, and a report written as uid 1000. */
async function checkBook(engine: Engine, compose: Compose): Promise<void> {
  const folder = join(engine.project, 'book');
  mkdirSync(folder);
  execFileSync('chown', ['1000:1000', folder]);
  const run = (service: string, mount: string, ...command: string[]) =>
    compose('run', '--rm', '--no-deps', '-v', mount, service, 'npm', 'run', '-s', ...command);
  const rw = '/project/book:/book';
  await run('migrate', rw, 'load', '--', '--generate', '20', '--seed', '1', '/book');
  await run('migrate', `${rw}:ro`, 'load', '--', '/book', '--yes');
  const report = ['report', '--', 'loans', '--as-of', '2021-10-15', '--out', '/book/loans.csv'];
  await run('api', rw, ...report, '--format', 'csv');
  const owner = await engine.run('stat', '-c', '%u', '/project/book/loans.csv');
  demand(owner.trim() === '1000', 'load and report use a mounted folder as uid 1000', owner);
}

/** Its files are those of the checkout; a rule that it evaluates is one that it could read. */
async function checkPrometheus(engine: Engine, compose: Compose): Promise<void> {
  await compose('--profile', 'observe', 'up', '-d', '--no-deps', 'prometheus');
  await eventually(async () => {
    const rules = await engine.run('curl', '-sf', 'http://127.0.0.1:9090/api/v1/rules');
    const targets = await engine.run('curl', '-sf', 'http://127.0.0.1:9090/api/v1/targets');
    const up = targets.match(/"health":"up"/g) ?? [];
    if (!rules.includes('FxQuotaLow') || up.length < 4) throw new Error(`${rules}${targets}`);
  }, RESTART_MS);
  demand(true, 'Prometheus reads its files of the checkout and scrapes the services');
  await compose('rm', '-sf', 'prometheus');
}

/** As docs/deploy.md says: write the file again, recreate its service. */
async function rotateToken(
  engine: Engine,
  compose: Compose,
  secrets: Map<string, string>,
): Promise<void> {
  const old = secrets.get('api_token');
  const token = randomBytes(24).toString('hex');
  writeFileSync(join(engine.project, 'secrets/api_token'), token);
  secrets.set('api_token', token);
  await compose('up', '-d', '--wait', '--no-deps', '--force-recreate', 'api');
  const statusOf = (bearer = '') =>
    engine.run(
      ...['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}'],
      ...['-H', `Authorization: Bearer ${bearer}`, `${API}/v2/loan-book`],
    );
  const codes = [await statusOf(old), await statusOf(token)].join(' ');
  demand(codes === '401 200', 'a replaced secret holds after its service is recreated', codes);
}

/** Kills process 1 of every container at once; Docker restarts each of them. */
async function killAll(engine: Engine, compose: Compose): Promise<void> {
  const ids = (await compose('ps', '-q')).trim().split('\n');
  const inspect = (format: string) => engine.run('docker', 'inspect', '-f', format, ...ids);
  const pids = (await inspect('{{.State.Pid}}')).trim().split('\n');
  await engine.run('sh', '-c', `kill -9 ${pids.join(' ')}`);
  await eventually(async () => {
    const states = (await inspect('{{.RestartCount}} {{.State.Health.Status}}')).trim();
    if (states.split('\n').some((state) => !/^[1-9]\d* healthy$/.test(state)))
      throw new Error(`after kill -9: ${states}`);
  }, RESTART_MS);
  demand(true, `${ids.length} containers killed, restarted and healthy`);
}

async function trigger(engine: Engine, secrets: Map<string, string>): Promise<void> {
  const headers = [
    ...['-H', `Authorization: Bearer ${secrets.get('api_token')}`],
    ...['-H', 'Prefer: wait=20'],
  ];
  await eventually(async () => {
    const { out } = await engine.attempt('curl', '-s', '-X', 'POST', ...headers, `${API}/v2/runs`);
    if (!out.includes('"state":"confirmed"')) throw new Error(out);
  });
  demand(true, 'a manual run is confirmed afterwards');
}

async function checkStop(engine: Engine, compose: Compose): Promise<void> {
  const ids = (await compose('ps', '-q', ...SERVICES)).trim().split('\n');
  const from = Date.now();
  await compose('stop', ...SERVICES);
  const seconds = (Date.now() - from) / 1000;
  const codes = await engine.run('docker', 'inspect', '-f', '{{.State.ExitCode}}', ...ids);
  demand(
    seconds <= CLOSE_SECONDS &&
      codes
        .trim()
        .split('\n')
        .every((code) => code === '0'),
    `SIGTERM ends the services within ${CLOSE_SECONDS} s, with exit code 0`,
    `${seconds} s, codes ${codes}`,
  );
}
