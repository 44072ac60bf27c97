import { defineCommand } from '../app/command-line.ts';
import { runTask } from '../app/run.ts';
import { statusPage } from '../app/status-page.ts';
import { closeBreaker } from '../ledger/breaker.ts';
import { accountOf } from '../ledger/credentials.ts';
import { nextSlot } from '../ledger/schedule.ts';
import { ledgerStatus } from '../ledger/status.ts';
import { migrate, openDatabase } from '../platform/database.ts';
import { heartbeats } from '../platform/heartbeat.ts';

const line = defineCommand(
  'status',
  'How fresh the rates are, which slots came to what, and what is left of the quota',
).option(
  '--close-breaker',
  'have XE asked again at once after it has refused us: you have mended the reason',
);

await runTask(line, async (task) => {
  const { closeBreaker: close = false } = line.opts<{ closeBreaker?: boolean }>();
  const {
    SCHEDULE: cron,
    SCHEDULE_TZ: zone,
    XE_DAILY_BUDGET: dailyBudget,
    CURRENCIES: currencies,
  } = task.config;
  await migrate(task.url, task.log);
  const db = openDatabase({ url: task.url, name: 'status' });
  task.onClose('database', () => db.destroy());
  const closed = close && (await closeBreaker(db, accountOf(task.config)));
  if (close) task.log.info(closed ? 'the breaker is closed' : 'the breaker was not open');
  const [ledger, services, letters] = await Promise.all([
    ledgerStatus(db, { ...accountOf(task.config), dailyBudget }),
    heartbeats(db),
    db('dead_letters').where({ state: 'open' }).count({ open: '*' }),
  ]);
  const status = {
    ...ledger,
    next_slot: nextSlot({ cron, zone }, ledger.now),
    services,
    open_letters: Number(letters[0]?.['open'] ?? 0),
  };
  task.print(task.json ? JSON.stringify(status) : statusPage(status, { currencies, zone }));
  return 0;
});
