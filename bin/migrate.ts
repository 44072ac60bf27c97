import { defineCommand } from '../app/command-line.ts';
import { runTask } from '../app/run.ts';
import { migrate } from '../platform/migrate.ts';

await runTask(
  defineCommand('migrate', 'Brings the database schema up to date'),
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
