import { CASES } from '../bench/cases.ts';
import { runCommand } from '../platform/lifecycle.ts';
import { stopTestServer } from '../test/support/database.ts';
import { commandLine } from './command-line.ts';

const line = commandLine('bench', 'How fast, next to what: every figure is a ratio within one run on this machine')
  .option('--quick', 'little work, to see that it runs; its figures are not to be quoted')
  .option('--case <names...>', `only these of ${CASES.map(({ name }) => name).join(', ')}`)
  .option('--json', 'print the result as JSON')
  .option('--quiet', 'print nothing but the result')
  .parse();
const {
  quick = false,
  json = false,
  quiet = false,
  ...options
} = line.opts<{
  quick?: boolean;
  json?: boolean;
  quiet?: boolean;
  case?: string[];
}>();
const names = options.case ?? CASES.map(({ name }) => name);
for (const name of names) if (!CASES.some((one) => one.name === name)) line.error(`bench: there is no case ${name}`);

await runCommand(async ({ onClose }) => {
  onClose('Postgres', () => stopTestServer());
  const results = [];
  for (const { name, about, run } of CASES.filter((one) => names.includes(one.name))) {
    const say = (text: string) => quiet || process.stderr.write(`${name}: ${text}\n`);
    const { figures, must } = await run({ quick, say });
    const holds = Object.values(must).every(Boolean);
    results.push({ name, about, figures, must, holds });
    if (!json) process.stdout.write(`${tableOf({ name, about, figures, must })}\n`);
  }
  if (json) process.stdout.write(`${JSON.stringify({ quick, cases: results })}\n`);
  // A quick run is too short to judge by.
  return quick || results.every(({ holds }) => holds) ? 0 : 1;
});

function tableOf(result: { name: string; about: string; figures: object; must: object }): string {
  const figures = Object.entries(result.figures).map(([figure, value]) => `  ${figure.padEnd(20)} ${value}`);
  const must = Object.entries(result.must).map(([bound, held]) => `  ${held ? 'holds' : 'MISSED'}: ${bound}`);
  return [`${result.name}: ${result.about}`, ...figures, ...must].join('\n');
}
