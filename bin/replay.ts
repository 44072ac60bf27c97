import { commandLine } from '../app/command-line.ts';
import { instantOf } from '../app/instant.ts';
import { streamPart } from '../app/parts.ts';
import { progressBar } from '../app/progress-bar.ts';
import { runTask } from '../app/run-task.ts';
import { schemaOfPart } from '../app/schema-registry.ts';
import { dryReplay, rebuild, replay } from '../consumer/replay.ts';
import { migrate, openDatabase } from '../platform/database.ts';

interface Options {
  from?: string;
  to?: string;
  dryRun?: boolean;
  rebuild?: boolean;
  force?: boolean;
}

const line = commandLine(
  'replay',
  'Reads the stream again into Postgres, beside the running consumer',
)
  .option(
    '--from <day>',
    'events published on or after this day (YYYY-MM-DD, UTC) or instant (ISO 8601)',
    (text) => instantOf(text),
  )
  .option(
    '--to <day>',
    'events published up to the end of this day, or before this instant',
    (text) => instantOf(text, { end: true }),
  )
  .option('--dry-run', 'only report what would be done')
  .option('--rebuild', 'make both tables anew from the whole stream, in one transaction')
  .option('--force', 'with --rebuild: even if currency-days become fewer');

await runTask(line, async (task) => {
  const { from, to, dryRun = false, rebuild: anew = false, force = false } = line.opts<Options>();
  if (anew ? from || to || dryRun : !from || force)
    line.error('replay: give --from (with --to, --dry-run), or --rebuild (with --force)');
  if (from && to && from >= to)
    line.error(`replay: expected --from before the end of --to, got ${from} and ${to}`);
  await migrate(task.url, task.log);
  const db = openDatabase({ url: task.url, name: 'replay', deadlines: 'none' });
  task.onClose('database', () => db.destroy());
  const stream = await streamPart(task, db);
  const bar = progressBar(task);
  task.onClose('progress bar', () => bar.stop());
  const began = performance.now();
  const onProgress = (read: number, total: number) =>
    bar.at(read, total, paceOf(read, total, performance.now() - began));
  const deps = {
    db,
    stream,
    topic: task.config.TOPIC,
    schemaOf: schemaOfPart(task.config),
    log: task.log,
    onProgress,
  };
  const range = { ...(from && { from }), ...(to && { to }) };
  const report = anew
    ? await rebuild(deps, { force })
    : dryRun
      ? await dryReplay(deps, range)
      : await replay(deps, range);
  bar.stop();
  if (task.json) task.print(JSON.stringify(report));
  else {
    const { read, inserted, unchanged, dead, updated_days } = report;
    task.print(
      `${dryRun ? 'would have ' : ''}read ${read}: ${inserted} inserted, ${unchanged} unchanged, ${dead} dead; ${updated_days} currency-days updated`,
    );
  }
  return 0;
});

/** `48210 of 100000 events, 5120/s, 11 s left`. */
function paceOf(read: number, total: number, ms: number): string {
  const rate = read / Math.max(ms, 1);
  return `${read} of ${total} events, ${Math.round(rate * 1000)}/s, ${Math.ceil((total - read) / Math.max(rate, 1e-6) / 1000)} s left`;
}
