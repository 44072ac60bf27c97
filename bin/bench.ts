import { writeFileSync } from 'node:fs';
import { defineCommand } from '../app/command-line.ts';
import { runCommand } from '../platform/lifecycle.ts';
import { stopBroker } from '../test/support/broker.ts';
import { stopTestServer } from '../test/support/database.ts';
import { type BenchCase, type Result, round } from '../tools/bench/case.ts';
import { CASES } from '../tools/bench/cases.ts';
import { drawChart } from '../tools/bench/chart.ts';
import { formatTable, judge, type Verdict } from '../tools/bench/table.ts';

interface Options {
  quick?: boolean;
  case?: string[];
  runs: string;
  json?: boolean;
  quiet?: boolean;
  svg?: string;
}

const line = defineCommand(
  'bench',
  'Measures each case beside its peers; every bound is a ratio within one run on this machine',
)
  .option('--quick', 'a smoke run: little work, bounds are not judged')
  .option('--case <names...>', `only these of ${CASES.map(({ name }) => name).join(', ')}`)
  .option('--runs <number>', 'repeat everything; a bound must hold in every run', '1')
  .option('--json', 'print the result as JSON')
  .option('--svg <file>', 'draw every bounded figure beside its bound into a file')
  .option('--quiet', 'print nothing but the result')
  .parse();
const { quick = false, json = false, quiet = false, ...options } = line.opts<Options>();
const names = options.case ?? CASES.map(({ name }) => name);
for (const name of names)
  if (!CASES.some((one) => one.name === name)) line.error(`bench: there is no case ${name}`);
if (!/^[1-9]\d?$/.test(options.runs))
  line.error(`bench: --runs is a number from 1 to 99, got ${options.runs}`);

await runCommand(async ({ onClose }) => {
  onClose('Postgres', () => stopTestServer());
  onClose('broker', () => stopBroker());
  const asked = CASES.filter((one) => names.includes(one.name));
  const runs = new Map<BenchCase, Result[]>(asked.map((one) => [one, []]));
  const failed = new Map<BenchCase, string>();
  for (let run = 1; run <= Number(options.runs); run++) {
    for (const one of asked) {
      const say = (text: string) => quiet || process.stderr.write(`${one.name}: ${text}\n`);
      if (options.runs !== '1') say(`run ${run}`);
      try {
        runs.get(one)?.push(await one.run({ quick, say }));
      } catch (error) {
        // The other cases' figures are still worth having.
        failed.set(one, (error as Error).message);
        process.stderr.write(`${one.name}: ${(error as Error).stack}\n`);
      }
    }
  }
  const cases = asked.map((one) => judge(one, runs.get(one) ?? [], failed.get(one)));
  process.stdout.write(
    json ? `${JSON.stringify({ quick, cases: cases.map(asJson) })}\n` : await formatTable(cases),
  );
  if (options.svg !== undefined) writeFileSync(options.svg, drawChart(cases));
  // A quick run is too short to judge by.
  const good = cases.every((one) => (quick ? one.failed === undefined : one.holds));
  return good ? 0 : 1;
});

function asJson({ runs, ...one }: Verdict) {
  const readFigures = ({ figures }: Result) =>
    Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, round(value)]));
  return { ...one, runs: runs.map(readFigures) };
}
