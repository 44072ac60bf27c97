import { createInterface } from 'node:readline/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { defineCommand, openProgressBar, parseDay } from '../app/command-line.ts';
import { startConsumerService } from '../app/consumer-service.ts';
import { openEventStream } from '../app/event-stream.ts';
import { startProducerService } from '../app/producer-service.ts';
import { runTask, type Task } from '../app/run.ts';
import {
  acceptCostBeyond,
  type BackfillProgress,
  backfillProgress,
  costBeyondAgreed,
  costOf,
  daysToFill,
  fileBackfill,
  resumeBackfills,
} from '../ledger/backfill.ts';
import { accountOf } from '../ledger/credentials.ts';
import { quotaOf } from '../ledger/quota.ts';
import { type Database, migrate, openDatabase } from '../platform/database.ts';
import { InvalidRequest } from '../platform/errors.ts';
import { heartbeats, SILENT_SECONDS } from '../platform/heartbeat.ts';
import { openNotifications } from '../platform/notifications.ts';

interface Options {
  from?: string;
  to?: string;
  missing?: boolean;
  yes?: boolean;
}

const LOOK_MS = 500;
const NOTHING: BackfillProgress = {
  pages: 0,
  open: 0,
  confirmed: 0,
  failed: 0,
  cost: 0,
  missing: [],
  reason: null,
};

const line = defineCommand(
  'backfill',
  'Pulls past days from XE: says what it costs and asks; killed and called again, it goes on',
)
  .option('--from <day>', 'the first day (YYYY-MM-DD, UTC)', parseDay)
  .option('--to <day>', 'the last day; without it, yesterday', parseDay)
  .option(
    '--missing',
    'only days that lack a rate; without --from, since the first day that has one',
  )
  .option('--yes', 'pay without being asked');

await runTask(line, async (task) => {
  const { from, to, missing = false, yes = false } = line.opts<Options>();
  if (!from && !missing) line.error('backfill: give --from (with --to), or --missing');
  if (from && to && to < from) line.error(`backfill: --to ${to} lies before --from ${from}`);
  const { source, CURRENCIES: currencies } = task.config;
  await migrate(task.url, task.log);
  const db = openDatabase({ url: task.url, name: 'backfill' });
  task.onClose('database', () => db.destroy());
  const { rows } = await db.raw('select ledger_now() as now');
  const since = rows[0].now as string;
  const left = (await backfillProgress(db, source, since)).open;
  if (left > 0)
    task.log.info(
      `goes on with ${left} pages of a backfill that was agreed to before and is not finished`,
    );
  const beyond = left > 0 ? await costBeyondAgreed(db, source) : 0;
  if (beyond > 0) {
    task.log.warn(
      'pages that were being asked for when it was killed may have been billed, and are paid for once more',
    );
    if (!(await agreed(task, db, { cost: beyond, days: beyond / currencies.length, yes })))
      return 1;
    await acceptCostBeyond(db, source);
  }
  if (left > 0) await resumeBackfills(db, source);
  const range = { ...(from && { first: from }), ...(to && { last: to }) };
  const pages = await daysToFill(db, { source, currencies, missing, ...range });
  if (pages.length > 0) {
    const cost = costOf(pages, currencies);
    if (!(await agreed(task, db, { cost, days: cost / currencies.length, yes }))) return 1;
    await fileBackfill(db, { source, currencies, pages });
  }
  const done = pages.length + left > 0 ? await run(task, db, since) : NOTHING;
  if (task.json) task.print(JSON.stringify(done));
  else {
    const lacking =
      done.missing.length > 0 ? `; XE has no rate of ${done.missing.join(', ')} on some days` : '';
    task.print(
      `${done.confirmed} of ${done.pages} pages stored, ${done.failed} failed, ${done.cost} rates paid${lacking}${done.reason ? `: ${done.reason}` : ''}`,
    );
  }
  return done.open + done.failed > 0 ? 1 : 0;
});

async function agreed(
  task: Task,
  db: Database,
  { cost, days, yes }: { cost: number; days: number; yes: boolean },
): Promise<boolean> {
  const { source } = task.config;
  const left = (await quotaOf(db, accountOf(task.config)))?.quota_remaining;
  const price =
    source === 'simulator' ? 'simulated, so it costs nothing real' : 'XE bills each of them';
  process.stderr.write(
    `${days} days: ${cost} rates, ${price}${left ? `; the package has ${left} left` : ''}\n`,
  );
  if (left && Number(left) < cost && source === 'xe')
    throw new InvalidRequest(`the package has ${left} rates left, and this costs ${cost}`);
  if (yes) return true;
  if (!process.stdin.isTTY)
    throw new InvalidRequest('nobody is there to agree to the cost: say --yes');
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await asking.question('Pull them? [y/N] ');
  asking.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** Has the pages done by a producer and a consumer that run already, or by those of its own as soon as there are none. */
async function run(task: Task, db: Database, since: string): Promise<BackfillProgress> {
  const stream = await openEventStream(task, db);
  const notifications = openNotifications(task);
  task.onClose('notifications', () => notifications.stop());
  let gaveUp: Error | null = null;
  const giveUp = (reason: Error) => {
    gaveUp = reason;
  };
  const own = {
    consumer: () => startConsumerService({ ...task, notifications, giveUp }, { db, stream }),
    producer: () =>
      startProducerService({ ...task, notifications }, { db, stream, backfillOnly: true }),
  };
  const missing = new Set(Object.keys(own) as (keyof typeof own)[]);
  const bar = openProgressBar(task);
  for (;;) {
    if (gaveUp) throw gaveUp;
    // One that was killed is still listed for a while, so it is looked again until it is seen to be gone or ours runs.
    const beats = await heartbeats(db);
    for (const service of missing) {
      if (beats.some((beat) => beat.service === service && beat.seen_seconds_ago <= SILENT_SECONDS))
        continue;
      missing.delete(service);
      await own[service]();
    }
    const progress = await backfillProgress(db, task.config.source, since);
    bar.update(progress.pages - progress.open, progress.pages, 'of the pages');
    if (progress.open === 0 || task.signal.aborted || progress.reason) {
      bar.stop();
      return progress;
    }
    await pause(LOOK_MS, undefined, { signal: task.signal }).catch(() => undefined);
  }
}
