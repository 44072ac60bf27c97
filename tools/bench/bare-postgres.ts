import { joinEmbeddedPostgres } from '../../platform/embedded-postgres/join.ts';
import { runCommand } from '../../platform/lifecycle.ts';
import { makeLogger } from '../../platform/logger.ts';

/** The peer of a start: the embedded Postgres of a folder alone, until it is stopped. */
const [dataDir] = process.argv.slice(2) as [string];
await runCommand(async ({ onClose, untilSignal }) => {
  const postgres = await joinEmbeddedPostgres({
    dataDir,
    log: makeLogger({ level: 'fatal', to: 'stderr' }),
  });
  onClose('embedded Postgres', () => postgres.leave());
  process.stdout.write('up\n');
  await untilSignal;
  return 0;
});
