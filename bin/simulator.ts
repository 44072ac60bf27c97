import axios from 'axios';
import { Argument, InvalidArgumentError } from 'commander';
import { defineCommand } from '../app/command-line.ts';
import { joinPostgres } from '../app/postgres.ts';
import { readSimulatorAccess, writeSimulatorAccess } from '../app/simulator-access.ts';
import { SIMULATOR } from '../ledger/credentials.ts';
import { readConfig } from '../platform/config.ts';
import { type Database, openDatabase } from '../platform/database.ts';
import { InvalidRequest } from '../platform/errors.ts';
import { type Run, runCommand } from '../platform/lifecycle.ts';
import { makeLogger } from '../platform/logger.ts';
import { migrate } from '../platform/migrate.ts';
import { CREDENTIAL_NAMES } from '../platform/providers.ts';
import { FAULTS } from '../platform/simulated-fault.ts';
import { execute } from '../platform/sql.ts';
import { startSimulator } from '../simulator/index.ts';

const REAL = 'where source not in (select name from sources where simulated)';
const FORGET_REAL_RUNS = ['backfills', 'breakers', 'quotas', 'schedules'].map(
  (table) => `delete from ${table} ${REAL}`,
);

const RESTORE_SIMULATED = `
  insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
                           fetched_at, event_id)
  select distinct on (rate_date, base_currency, quote_currency)
         (observed_at at time zone 'UTC')::date as rate_date, base_currency, quote_currency, source,
         mid, observed_at, fetched_at, event_id
  from rate_observations
  order by rate_date, base_currency, quote_currency, source_rank(source), observed_at desc,
           fetched_at desc, event_id desc
  on conflict do nothing`;

const line = defineCommand(
  'simulator',
  'A look-alike of each provider to develop with: simulated rates over HTTP',
);
let work: (() => Promise<never>) | undefined;

line
  .command('run', { isDefault: true })
  .description('start one and print its address')
  .action(() => {
    work = runSimulator;
  });
line
  .command('fault')
  .description('play a fault on the simulator of a running npm start, to rehearse an outage')
  .addArgument(new Argument('<name>', 'the fault; none ends it').choices(FAULTS))
  .option('--times <n>', 'for so many fetches; without it until none is set', wholeNumber)
  .action((fault: string, { times }: { times?: number }) => {
    work = () => playFault(fault, times);
  });
line
  .command('forget-real-rates')
  .description('delete all real rates of a development database, so that simulated ones show')
  .option('--yes', 'delete them without a prompt')
  .action(({ yes = false }: { yes?: boolean }) => {
    work = () => deleteRealRates(yes);
  });
line.parse();
await work?.();

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidArgumentError(`expected a whole number above 0, got ${text}`);
  return Number(text);
}

function runSimulator(): Promise<never> {
  const main = async ({ onClose, untilSignal }: Run) => {
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
    const { url } = simulator;
    onClose('access', writeSimulatorAccess(config.DATA_DIR, { url, accountId, apiKey }, log));
    log.info(
      { url, accountId },
      `SIMULATED XE at ${url}, account ${accountId}; ` +
        `try curl -u ACCOUNT:KEY '${url}convert_from.json?to=KES,NGN'`,
    );
    await untilSignal;
    return 0;
  };
  return runCommand(main, { isService: true });
}

function playFault(fault: string, times: number | undefined): Promise<never> {
  return runCommand(async () => {
    const { url, accountId, apiKey } = readSimulatorAccess(readConfig().DATA_DIR);
    const answer = await axios
      .put(new URL('/simulator/fault', url).href, times ? { fault, times } : { fault }, {
        auth: { username: accountId, password: apiKey },
        proxy: false,
        timeout: 5000,
      })
      .catch(({ message }: Error) => {
        throw new InvalidRequest(
          `the simulator at ${url} does not respond (${message}): run npm start`,
        );
      });
    process.stdout.write(`${JSON.stringify(answer.data)}\n`);
    process.stderr.write(
      fault === 'none'
        ? 'no fault is played: the next fetch succeeds\n'
        : `the fault ${fault} is played${times ? ` ${times} times` : ''}; end it with fault none\n`,
    );
    return 0;
  });
}

function deleteRealRates(yes: boolean): Promise<never> {
  return runCommand(async ({ onClose }) => {
    const config = readConfig();
    if (config.source !== SIMULATOR.source)
      throw new InvalidRequest(`unset ${CREDENTIAL_NAMES} first, or real rates come back`);
    if (!yes) throw new InvalidRequest('this deletes every real rate: pass --yes to confirm');
    const log = makeLogger({ level: config.LOG_LEVEL, to: 'stderr' });
    const url = await joinPostgres({ config, log, onClose });
    await migrate(url, log);
    const db = openDatabase({ url, name: 'forget real rates' });
    onClose('database', () => db.destroy());
    const { observations, runs } = await forgetRealRates(db);
    process.stdout.write(
      `${observations} real observations and ${runs} runs deleted; simulated rates show again. ` +
        'The stream still holds the events: npm run replay would store them again.\n',
    );
    return 0;
  });
}

/**
 * Deletes every real rate and the ledger of real runs, so that a development database shows
 * simulated rates again. Returns how much was deleted.
 */
function forgetRealRates(db: Database): Promise<{ observations: number; runs: number }> {
  return db.transaction(async (trx) => {
    await execute(trx, `delete from daily_rates ${REAL}`);
    await execute(trx, `delete from second_rates ${REAL}`);
    const observations = await execute(trx, `delete from rate_observations ${REAL}`);
    // A day whose real rate is gone shows its simulated one again, if it was ever stored.
    await execute(trx, RESTORE_SIMULATED);
    const runs = await execute(trx, `delete from runs ${REAL}`);
    for (const statement of FORGET_REAL_RUNS) await execute(trx, statement);
    return { observations, runs };
  });
}
