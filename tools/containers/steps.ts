import { eventually } from '../../test/support/eventually.ts';
import type { Engine } from './engine.ts';

/** What the steps of the check share. */
export const API = 'http://127.0.0.1:5080';
export const SERVICES = ['producer', 'consumer', 'api'];

const began = Date.now();
export const print = (line: string) => {
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  process.stdout.write(`${seconds.padStart(6)} s  ${line}\n`);
};
export const demand = (holds: boolean, what: string, shown = '') => {
  if (!holds) throw new Error(`${what}${shown ? `:\n${shown.slice(-4000)}` : ''}`);
  print(what);
};

/** `docker compose` with the files that are named. */
export const composeWith =
  (engine: Engine, ...files: string[]) =>
  (...args: string[]) =>
    engine.run(
      ...['env', 'UPDATE_COOLDOWN_SECONDS=0', 'docker', 'compose', '--progress=quiet'],
      ...[
        '--project-directory',
        '/project',
        ...files.flatMap((file) => ['-f', `/project/${file}`]),
      ],
      ...args,
    );
export type Compose = ReturnType<typeof composeWith>;

/** Seven currencies, each with a rate. */
export function waitForRates(engine: Engine): Promise<void> {
  return eventually(async () => {
    const rates = JSON.parse(await engine.run('curl', '-sf', `${API}/v1/rates`)) as unknown[];
    if (rates.length < 7) throw new Error(`${rates.length} rates`);
  });
}

export async function checkBroker(compose: Compose, mode: 'true' | 'false'): Promise<void> {
  const log = await compose('logs', '--no-color', 'redpanda');
  const resolved =
    `developer_mode=${mode} unsafe-bypass-fsync=false ` +
    'write_caching_default=disabled auto_create_topics=false';
  demand(log.includes(resolved), `the broker starts with ${resolved}`, log);
}
