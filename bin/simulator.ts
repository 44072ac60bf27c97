import { defineCommand } from '../app/command-line.ts';
import { readConfig } from '../platform/config.ts';
import { runCommand } from '../platform/lifecycle.ts';
import { makeLogger } from '../platform/logger.ts';
import { startSimulator } from '../simulator/index.ts';

defineCommand(
  'simulator',
  'An XE look-alike to play with: made-up rates over HTTP with Basic auth',
).parse();

await runCommand(async ({ onClose, untilSignal }) => {
  const config = readConfig();
  const log = makeLogger({ level: config.LOG_LEVEL });
  const accountId = config.XE_ACCOUNT_ID ?? 'simulator';
  const apiKey = config.XE_API_KEY ?? 'simulator';
  const simulator = await startSimulator({
    port: config.SIMULATOR_PORT,
    mode: config.SIMULATOR_MODE,
    fault: config.SIMULATOR_FAULT,
    accountId,
    apiKey,
  });
  onClose('simulator', () => simulator.stop());
  log.info(
    { url: simulator.url, accountId },
    `SIMULATED XE at ${simulator.url}, account ${accountId}; try curl -u ACCOUNT:KEY '${simulator.url}convert_from.json?to=KES,NGN'`,
  );
  await untilSignal;
  return 0;
});
