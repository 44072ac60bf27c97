import { defineCommand, openProgressBar, parseInstant } from '../app/command-line.ts';
import { openEventStream, schemaLookup } from '../app/event-stream.ts';
import { openTaskDatabase } from '../app/postgres.ts';
import { runTask } from '../app/run.ts';
import { dryReplay, rebuild, replay } from '../consumer/corrections.ts';

interface Options {
  from?: string;
  to?: string;
  dryRun?: boolean;
  rebuild?: boolean;
  force?: boolean;
}

const program = defineCommand(
  'replay',
  'Reprocesses the stream into Postgres, beside the running consumer',
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
  .option('--dry-run', 'report without writing')
  .option('--rebuild', 'recreate both tables from the whole stream, in one transaction')
  .option('--force', 'with --rebuild: even if events or rates are lost');

await runTask(program, async (task) => {
  const {
    from,
    to,
    dryRun = false,
    rebuild: isRebuild = false,
    force = false,
  } = program.opts<Options>();
  if (isRebuild ? from || to || dryRun : !from || force)
    program.error('replay: give --from (with --to, --dry-run), or --rebuild (with --force)');
  if (from && to && from >= to)
    program.error(`replay: --from ${from} is not before the end of --to, ${to}`);
  const db = await openTaskDatabase(task, 'replay', { deadlines: 'none' });
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
  const report = isRebuild
    ? await rebuild(deps, { force })
    : dryRun
      ? await dryReplay(deps, range)
      : await replay(deps, range);
  bar.stop();
  if (task.json) task.print(JSON.stringify(report));
  else {
    const { read, inserted, unchanged, dead, updated_days } = report;
    const events = `${inserted} inserted, ${unchanged} unchanged, ${dead} dead`;
    const would = dryRun ? 'dry run: ' : '';
    task.print(`${would}read ${read}: ${events}; ${updated_days} currency-days updated`);
  }
  return 0;
});

/** `48210 of 100000 events, 5120/s, 11 s left`. */
function paceOf(read: number, total: number, ms: number): string {
  const rate = read / Math.max(ms, 1);
  const seconds = Math.ceil((total - read) / Math.max(rate, 1e-6) / 1000);
  return `${read} of ${total} events, ${Math.round(rate * 1000)}/s, ${seconds} s left`;
}
