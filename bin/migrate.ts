import { commandLine } from '../app/command-line.ts';
import { runTask } from '../app/run-task.ts';
import { migrate } from '../platform/database.ts';

await runTask(
  commandLine('migrate', 'Brings the database schema up to date'),
  async ({ url, log, json, quiet, print }) => {
    const migrations = await migrate(url, log);
    if (json) print(JSON.stringify({ migrations }));
    else if (!quiet)
      print(
        migrations.length === 0 ? 'the schema was up to date' : `applied ${migrations.join(', ')}`,
      );
    return 0;
  },
);
