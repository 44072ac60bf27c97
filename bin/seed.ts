import { defineCommand } from '../app/command-line.ts';
import { runTask } from '../app/run.ts';
import { reportLines } from '../loans/report-lines.ts';
import { seedLoanBook } from '../loans/sample.ts';
import { migrate, openDatabase } from '../platform/database.ts';

await runTask(
  defineCommand(
    'seed',
    'Loads the sample loan book, only into an empty book or over the sample itself',
  ),
  async ({ url, log, json, quiet, print }) => {
    await migrate(url, log);
    const db = openDatabase({ url, name: 'seed', deadlines: 'none' });
    try {
      const seeded = await seedLoanBook(db);
      if (json) print(JSON.stringify(seeded, null, 2));
      else if (!seeded.seeded) print(`nothing was changed: ${seeded.because}`);
      else if (!quiet) for (const line of reportLines(seeded.report)) print(line);
      return seeded.seeded ? 0 : 1;
    } finally {
      await db.destroy();
    }
  },
);
