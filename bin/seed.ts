import { acceptRejectedOption, defineCommand } from '../app/command-line.ts';
import { runTask } from '../app/run.ts';
import { type AcceptedLoss, printable, printableJson, reportLines } from '../loans/report.ts';
import { seedLoanBook } from '../loans/sample.ts';
import { openDatabase } from '../platform/database.ts';
import { migrate } from '../platform/migrate.ts';

const command = defineCommand(
  'seed',
  'Loads the sample loan book into an empty book, or over the sample itself',
).addOption(acceptRejectedOption());

await runTask(command, async ({ url, log, json, quiet, print }) => {
  const { acceptRejected: accepted } = command.opts<{ acceptRejected?: AcceptedLoss }>();
  await migrate(url, log);
  const db = openDatabase({ url, name: 'seed', deadlines: 'none' });
  try {
    const result = await seedLoanBook(db, accepted && { accepted });
    if (json) print(printableJson(result));
    else {
      const lines = result.report ? reportLines(result.report) : [];
      if (!quiet || !result.seeded) for (const line of lines) print(line);
      if (!result.seeded) print(printable(`nothing was changed: ${result.because}`));
    }
    return result.seeded ? 0 : 1;
  } finally {
    await db.destroy();
  }
});
