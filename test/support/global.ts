import { brokerMissing, sharedBroker, stopBroker } from './broker.ts';
import { copyDatabasesAhead, shareTestServer, stopTestServer } from './database.ts';

copyDatabasesAhead(3);

export async function mochaGlobalSetup(): Promise<void> {
  const missing = brokerMissing();
  if (missing && process.env['REQUIRE_BROKER'] === '1')
    throw new Error(`REQUIRE_BROKER=1, but there is none: ${missing}`);
  if (missing)
    process.stderr.write(
      `\n!!! SKIPPED: every test on a real Kafka broker and schema registry (${missing}) !!!\n`,
    );
  if (process.argv.includes('--parallel')) await startForWorkers(missing === null);
}

export async function mochaGlobalTeardown(): Promise<void> {
  await stopBroker();
  await stopTestServer();
}

/** Workers are forked after this, with this environment. */
async function startForWorkers(withBroker: boolean): Promise<void> {
  const [broker] = await Promise.all([withBroker ? sharedBroker() : null, shareTestServer()]);
  if (broker) process.env['TEST_BROKER'] = JSON.stringify(broker);
}
