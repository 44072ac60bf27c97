import { brokerMissing, stopBroker } from './broker.ts';
import { copyDatabasesAhead, stopTestServer } from './database.ts';

export function mochaGlobalSetup(): void {
  copyDatabasesAhead(3);
  const missing = brokerMissing();
  if (!missing) return;
  if (process.env['REQUIRE_BROKER'] === '1')
    throw new Error(`REQUIRE_BROKER=1, but there is none: ${missing}`);
  process.stderr.write(
    `\n!!! SKIPPED: every test against a real Kafka broker and schema registry (${missing}) !!!\n`,
  );
}

export async function mochaGlobalTeardown(): Promise<void> {
  await stopBroker();
  await stopTestServer();
}
