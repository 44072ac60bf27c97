import { defineCommand } from '../app/command-line.ts';
import { CannotStart } from '../platform/errors.ts';
import { runCommand } from '../platform/lifecycle.ts';
import { javaMissing } from '../test/support/broker.ts';
import type { Adapter, ChaosCase, Outcome } from '../tools/chaos/case.ts';
import { CASES } from '../tools/chaos/cases.ts';
import { seededRandom } from '../tools/chaos/random.ts';
import { type Servers, startServers } from '../tools/chaos/servers.ts';
import { openWorld } from '../tools/chaos/world.ts';

/** A case mostly waits for sessions to time out; more at once would slow each other. */
const AT_ONCE = 3;

interface Options {
  on: string;
  quick?: boolean;
  case?: string[];
  seed?: string;
  json?: boolean;
  quiet?: boolean;
}

const line = defineCommand(
  'chaos',
  'Kills, cuts and slows what the pipeline depends on; counts what is lost, duplicated or wrong',
)
  .option('--on <stream>', 'kafka (needs Java 17+ and Maven) or embedded', 'kafka')
  .option('--quick', 'a subset of a few minutes')
  .option('--case <names...>', `only these of ${CASES.map(({ name }) => name).join(', ')}`)
  .option('--seed <number>', 'repeat an earlier run')
  .option('--json', 'print one JSON array at the end')
  .option('--quiet', 'print nothing but the result')
  .parse();
const options = line.opts<Options>();
const names = options.case ?? CASES.map(({ name }) => name);
for (const name of names)
  if (!CASES.some((one) => one.name === name)) line.error(`chaos: there is no case ${name}`);
if (options.on !== 'kafka' && options.on !== 'embedded')
  line.error('chaos: --on is kafka or embedded');
if (options.seed !== undefined && !/^\d{1,9}$/.test(options.seed))
  line.error('chaos: --seed is a number of up to nine digits');

await runCommand(async ({ onClose }) => {
  const on = options.on as Adapter;
  const missing = on === 'kafka' ? javaMissing() : null;
  if (missing) throw new CannotStart(`chaos --on kafka: ${missing}; --on embedded needs neither`);
  const seed = Number(options.seed ?? Math.floor(Math.random() * 1e9));
  const say = (text: string) => options.quiet || process.stderr.write(`${text}\n`);
  say(`chaos on ${on}${options.quick ? ', quick' : ''}, seed ${seed}`);
  // Every child process adds a listener for our exit.
  process.setMaxListeners(100);
  // Background work of a case may fail before the case awaits it. It fails that case, no other.
  process.on('unhandledRejection', (error) =>
    say(`background work failed: ${(error as Error).message}`),
  );
  const servers = await startServers(on);
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= servers.stop());
  onClose('servers', stop);
  const asked = CASES.filter((one) => {
    const isAsked = names.includes(one.name) && one.on.includes(on);
    if (!isAsked || (options.quick && !options.case && one.fullOnly)) return false;
    const reason = one.missing?.();
    if (reason) say(`!!! SKIPPED: ${one.name} (${reason}) !!!`);
    return !reason;
  });
  const results: { holds: boolean }[] = [];
  const play = async (one: ChaosCase) => {
    const began = performance.now();
    const { broken, ...result } = await runCase(one, { servers, on, seed });
    const took_s = Math.round((performance.now() - began) / 100) / 10;
    results.push({
      holds: broken.length === 0,
      ...{ case: one.name, on, seed, took_s, broken, ...result },
    });
    if (!options.json) process.stdout.write(`${one.name} ${JSON.stringify(result)}\n`);
    say(
      `${broken.length === 0 ? 'holds' : `DOES NOT HOLD: ${broken.join('; ')}`} ` +
        `(${one.name}, ${took_s} s)`,
    );
  };
  // A full run measures one case at a time; a quick one only has to hold.
  const together = options.quick ? asked.filter((one) => one.together) : [];
  const waiting = [...together];
  const next = async (): Promise<void> => {
    const one = waiting.shift();
    if (!one) return;
    await play(one);
    await next();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  for (const one of asked) if (!together.includes(one)) await play(one);
  if (options.json) process.stdout.write(`${JSON.stringify(results)}\n`);
  const failed = results.filter(({ holds }) => !holds).length;
  say(`${results.length - failed} passing`);
  if (failed > 0)
    say(
      `${failed} failing: npm run chaos -- --on ${on}${options.quick ? ' --quick' : ''} ` +
        `--seed ${seed}`,
    );
  // Stopping the servers takes longer than `onClose` allows.
  await stop();
  return failed > 0 ? 1 : 0;
});

/** Runs a case in a world of its own; one that throws counts as broken. */
async function runCase(
  one: ChaosCase,
  { servers, on, seed }: { servers: Servers; on: Adapter; seed: number },
) {
  const random = seededRandom(seed + CASES.indexOf(one));
  const world = await openWorld({ on, servers, name: one.name, random });
  try {
    const { must, also, ...counts }: Outcome = await one.run(world, !options.quick);
    const broken = Object.entries(must).filter(([, held]) => !held);
    return { ...counts, ...also, broken: broken.map(([promise]) => promise) };
  } catch (error) {
    return { broken: [(error as Error).message] };
  } finally {
    await world.close();
  }
}
