import { defineCommand, openProgressBar, parseInstant } from '../app/command-line.ts';
import { openEventStream, schemaLookup } from '../app/event-stream.ts';
import { runTask } from '../app/run.ts';
import { dryReplay, rebuild, replay } from '../consumer/replay.ts';
import { migrate, openDatabase } from '../platform/database.ts';

interface Options {
  from?: string;
  to?: string;
  dryRun?: boolean;
  rebuild?: boolean;
  force?: boolean;
}

const line = defineCommand(
  'replay',
  'Reads the stream again into Postgres, beside the running consumer',
)
  .option(
    '--from <day>',
    'events published on or after this day (YYYY-MM-DD, UTC) or instant (ISO 8601)',
    (text) => parseInstant(text),
  )
  .option(
    '--to <day>',
    'events published up to the end of this day, or before this instant',
    (text) => parseInstant(text, { end: true }),
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
  const stream = await openEventStream(task, db);
  const bar = openProgressBar(task);
  task.onClose('progress bar', () => bar.stop());
  const began = performance.now();
  const onProgress = (read: number, total: number) =>
    bar.update(read, total, paceOf(read, total, performance.now() - began));
  const deps = {
    db,
    stream,
    topic: task.config.TOPIC,
    schemaOf: schemaLookup(task.config),
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
