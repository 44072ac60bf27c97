import { defineCommand } from '../app/command-line.ts';
import { readPipelineStatus } from '../app/pipeline-status.ts';
import { runTask } from '../app/run.ts';
import { formatStatus } from '../app/status-page.ts';
import { closeBreaker } from '../ledger/breaker.ts';
import { accountOf } from '../ledger/credentials.ts';
import { openDatabase } from '../platform/database.ts';
import { migrate } from '../platform/migrate.ts';

const command = defineCommand(
  'status',
  'What is wrong and what to do, how fresh the rates are, slots, quota and services; ' +
    'exits with 0 when healthy, 1 when degraded or down',
).option('--close-breaker', 'close the circuit breaker and retry XE now (fix the cause first)');

await runTask(command, async (task) => {
  const { closeBreaker: close = false } = command.opts<{ closeBreaker?: boolean }>();
  const { CURRENCIES: currencies, SCHEDULE_TZ: zone } = task.config;
  await migrate(task.url, task.log);
  const db = openDatabase({ url: task.url, name: 'status' });
  task.onClose('database', () => db.destroy());
  if (close) {
    const wasOpen = await closeBreaker(db, accountOf(task.config));
    task.log.info(wasOpen ? 'circuit breaker closed' : 'the circuit breaker was not open');
  }
  const status = await readPipelineStatus(db, task.config);
  const healthy = status.problems.length === 0;
  task.print(
    task.json ? JSON.stringify({ healthy, ...status }) : formatStatus(status, { currencies, zone }),
  );
  return healthy ? 0 : 1;
});
