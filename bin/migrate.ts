import { migrate } from '../platform/database.ts';
import { commandLine } from './command-line.ts';
import { runTask } from './task.ts';

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
