import { confirm, defineCommand, openProgressBar, parseDay } from '../app/command-line.ts';
import { startConsumerService } from '../app/consumer-service.ts';
import { openEventStream } from '../app/event-stream.ts';
import { lanesOf, type ProviderLane } from '../app/lanes.ts';
import { openTaskDatabase } from '../app/postgres.ts';
import { startProducerService } from '../app/producer-service.ts';
import { runTask, type Task } from '../app/run.ts';
import {
  acceptExcessCost,
  type BackfillPlan,
  type BackfillProgress,
  backfillProgress,
  costOf,
  dayCount,
  excessCost,
  fileBackfill,
  planBackfill,
  resumeBackfills,
} from '../ledger/backfill.ts';
import { SIMULATOR } from '../ledger/credentials.ts';
import { quotaOf } from '../ledger/quota.ts';
import { waitMs } from '../platform/back-off.ts';
import type { Database } from '../platform/database.ts';
import { InvalidRequest } from '../platform/errors.ts';
import { heartbeats, SILENT_SECONDS } from '../platform/heartbeat.ts';
import { openNotifications } from '../platform/notifications.ts';
import { queryRow } from '../platform/sql.ts';

interface Options {
  from?: string;
  to?: string;
  missing?: boolean;
  currencies?: string;
  provider?: string;
  yes?: boolean;
}

const CHECK_MS = 500;
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
  'Fetches past days from a provider. Prints the cost and asks first. Run it again to resume',
)
  .option('--from <day>', 'the first day (YYYY-MM-DD, UTC)', parseDay)
  .option('--to <day>', 'the last day; without it, yesterday', parseDay)
  .option('--missing', 'only missing rates; without --from, since the first day that has any')
  .option('--currencies <codes>', 'only these of CURRENCIES, such as KES,NGN')
  .option('--provider <name>', 'one of PROVIDERS; the first by default')
  .option('--yes', 'accept the cost without a prompt');

await runTask(line, async (task) => {
  const { from, to, missing = false, yes = false, currencies: codes } = line.opts<Options>();
  if (!from && !missing) line.error('backfill: give --from (with --to), or --missing');
  if (from && to && to < from) line.error(`backfill: --to ${to} is before --from ${from}`);
  const currencies = chooseCurrencies(codes, task.config.CURRENCIES);
  const lane = chooseLane(task);
  const { source } = lane.account;
  const { bills, daysPerCall } = lane.entry;
  const db = await openTaskDatabase(task, 'backfill');
  const { now } = await queryRow<{ now: string }>(db, 'select ledger_now() as now');
  const left = (await backfillProgress(db, source, now)).open;
  if (left > 0 && !(await resume(task, db, { lane, left, yes }))) return 1;
  const range = { ...(from && { first: from }), ...(to && { last: to }) };
  const plan = await planBackfill(db, { source, currencies, missing, daysPerCall, ...range });
  if (plan.daysWithLaterRates > 0)
    task.log.info(
      `${plan.daysWithLaterRates} days are left out for currencies whose stored rate is newer ` +
        'than the historic one: a fetch would be billed and change nothing',
    );
  const { pages } = plan;
  if (pages.length > 0) {
    const cost = costOf(pages, bills);
    if (!(await isAccepted(task, db, { lane, cost, days: daysOf(plan), yes }))) return 1;
    await fileBackfill(db, { source, bills, pages });
  }
  const done = pages.length + left > 0 ? await run(task, db, { source, since: now }) : NOTHING;
  task.print(task.json ? JSON.stringify(done) : summary(done, bills));
  if (task.signal.aborted && done.open > 0)
    task.log.warn(
      `${done.open} pages are open: running services go on with them. To go on yourself, run the ` +
        'same command with --missing: it does not pay again for what is stored',
    );
  return done.open + done.failed > 0 ? 1 : 0;
});

function chooseLane({ config }: Task): ProviderLane {
  const lanes = lanesOf(config);
  const { provider = lanes[0]?.entry.name } = line.opts<Options>();
  const chosen = lanes.find(({ entry }) => entry.name === provider);
  return (
    chosen ??
    line.error(
      `backfill: --provider ${provider} is not among PROVIDERS (${config.PROVIDERS.join(',')})`,
    )
  );
}

function chooseCurrencies(codes: string | undefined, known: readonly string[]): readonly string[] {
  if (codes === undefined) return known;
  const chosen = codes.split(',').map((code) => code.trim().toUpperCase());
  const unknown = chosen.filter((code) => !known.includes(code));
  if (unknown.length > 0)
    line.error(
      `backfill: --currencies ${unknown.join(',')} is not among CURRENCIES (${known.join(',')})`,
    );
  return known.filter((code) => chosen.includes(code));
}

/** Continues an unfinished backfill. False when its extra cost is not accepted. */
async function resume(
  task: Task,
  db: Database,
  { lane, left, yes }: { lane: ProviderLane; left: number; yes: boolean },
): Promise<boolean> {
  const { source } = lane.account;
  task.log.info(`resuming ${left} pages of an unfinished backfill, accepted earlier`);
  const excess = await excessCost(db, source);
  if (excess > 0) {
    task.log.warn('interrupted pages may have been billed and are fetched again at extra cost');
    if (!(await isAccepted(task, db, { lane, cost: excess, days: null, yes }))) return false;
    await acceptExcessCost(db, source);
  }
  await resumeBackfills(db, source);
  return true;
}

function daysOf({ pages }: BackfillPlan): number {
  const days = new Set<string>();
  for (const page of pages)
    for (let n = 0; n < dayCount(page); n++)
      days.add(new Date(Date.parse(page.first) + n * 86_400_000).toISOString().slice(0, 10));
  return days.size;
}

function summary(done: BackfillProgress, bills: 'rates' | 'calls'): string {
  const { confirmed, pages, failed, cost, missing, reason } = done;
  const absent = missing.length > 0 ? `; no rate of ${missing.join(', ')} on some days` : '';
  const why = reason ? `: ${reason}` : '';
  const stored = `${confirmed} of ${pages} pages stored, ${failed} failed`;
  return `${stored}, ${cost} ${bills} paid${absent}${why}`;
}

/** Prints the cost and asks for it to be accepted. Throws `InvalidRequest` without a terminal. */
async function isAccepted(
  task: Task,
  db: Database,
  {
    lane,
    cost,
    days,
    yes,
  }: { lane: ProviderLane; cost: number; days: number | null; yes: boolean },
): Promise<boolean> {
  const { account, entry } = lane;
  const isSimulated = task.config.source === SIMULATOR.source;
  const left = (await quotaOf(db, account))?.quota_remaining;
  const price = isSimulated ? 'simulated, free of charge' : `${entry.title} bills each of them`;
  const quota = left ? `; the package has ${left} left` : '';
  const what = days === null ? 'Once more' : `${days} days`;
  process.stderr.write(`${what}: ${cost} ${entry.bills}, ${price}${quota}\n`);
  if (left && Number(left) < cost && !isSimulated)
    throw new InvalidRequest(`the package has ${left} ${entry.bills} left, and this costs ${cost}`);
  if (yes) return true;
  if (!process.stdin.isTTY)
    throw new InvalidRequest('not a terminal: pass --yes to accept the cost');
  return confirm('Fetch them?', task.signal);
}

/** Waits for the pages, executed by running services, or by its own as soon as there are none. */
async function run(
  task: Task,
  db: Database,
  { source, since }: { source: string; since: string },
): Promise<BackfillProgress> {
  const stream = await openEventStream(task, db);
  const notifications = openNotifications(task);
  task.onClose('notifications', () => notifications.stop());
  let gaveUp: Error | null = null;
  const giveUp = (reason: Error) => {
    gaveUp = reason;
  };
  const context = { ...task, notifications, giveUp };
  const own = {
    consumer: () => startConsumerService(context, { db, stream }),
    producer: () => startProducerService(context, { db, stream, backfillOnly: true }),
  };
  const absent = new Set(Object.keys(own) as (keyof typeof own)[]);
  const bar = openProgressBar(task);
  for (;;) {
    if (gaveUp) throw gaveUp;
    // A service that was killed is listed for a while, so this is repeated until one runs.
    const beats = await heartbeats(db);
    for (const service of absent) {
      if (beats.some((beat) => beat.service === service && beat.seen_seconds_ago <= SILENT_SECONDS))
        continue;
      absent.delete(service);
      await own[service]();
    }
    const progress = await backfillProgress(db, source, since);
    bar.update(progress.pages - progress.open, progress.pages, 'of the pages');
    if (progress.open === 0 || task.signal.aborted || progress.reason) {
      bar.stop();
      return progress;
    }
    await waitMs(CHECK_MS, task.signal);
  }
}
