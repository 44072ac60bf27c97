import { acceptRejectedOption, defineCommand } from '../app/command-line.ts';
import { openTaskDatabase } from '../app/postgres.ts';
import { runTask } from '../app/run.ts';
import { type AcceptedLoss, printable, printableJson, reportLines } from '../loans/report.ts';
import { seedLoanBook } from '../loans/sample.ts';

const command = defineCommand(
  'seed',
  'Loads the sample loan book into an empty book, or over the sample itself',
).addOption(acceptRejectedOption());

await runTask(command, async (task) => {
  const { json, quiet, print } = task;
  const { acceptRejected: accepted } = command.opts<{ acceptRejected?: AcceptedLoss }>();
  const db = await openTaskDatabase(task, 'seed', { deadlines: 'none' });
  const result = await seedLoanBook(db, accepted && { accepted });
  if (json) print(printableJson(result));
  else {
    const lines = result.report ? reportLines(result.report) : [];
    if (!quiet || !result.seeded) for (const line of lines) print(line);
    if (!result.seeded) print(printable(`nothing was changed: ${result.because}`));
  }
  return result.seeded ? 0 : 1;
});
