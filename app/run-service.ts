import { readConfig } from '../platform/config.ts';
import { armFailpoint } from '../platform/failpoint.ts';
import { runCommand } from '../platform/lifecycle.ts';
import { makeLogger } from '../platform/logger.ts';
import { openNotifications } from '../platform/notifications.ts';
import { commandLine } from './command-line.ts';
import { postgresPart, type ServiceParts } from './parts.ts';

/** Runs a service until it is asked to end: settings first, then Postgres, then what `start` puts on top. */
export function runService(
  name: string,
  description: string,
  start: (parts: ServiceParts) => Promise<void>,
): Promise<never> {
  commandLine(name, description).parse();
  return runCommand(async ({ onClose, untilSignal }) => {
    const config = readConfig();
    armFailpoint(config.FX_FAILPOINT);
    const log = makeLogger({ level: config.LOG_LEVEL });
    const ending = new AbortController();
    void untilSignal.then(() => ending.abort());
    let giveUp: (reason: Error) => void = () => {};
    const gaveUp = new Promise<never>((_, reject) => {
      giveUp = reject;
    });
    const url = await postgresPart({ config, log, onClose });
    const notifications = openNotifications({ url, log });
    onClose('notifications', () => notifications.stop());
    await Promise.race([
      start({ config, log, onClose, url, notifications, signal: ending.signal, giveUp }),
      gaveUp,
    ]);
    log.info(`${name} started`);
    await Promise.race([untilSignal, gaveUp]);
    log.info('asked to end');
    return 0;
  });
}
