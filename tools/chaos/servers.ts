import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { joinEmbeddedPostgres } from '../../platform/embedded-postgres/join.ts';
import { freePort, runningServer } from '../../platform/embedded-postgres/server.ts';
import { migrate } from '../../platform/migrate.ts';
import { startRegistry } from '../../test/support/broker.ts';
import { type KafkaNode, startKafka } from '../../test/support/kafka-server.ts';
import { type NetworkProxy, startProxy } from '../../test/support/proxy.ts';
import { quiet } from '../../test/support/quiet.ts';
import type { Adapter } from './case.ts';

/** The real servers of a run, with a network of ours before the broker. */
export interface Servers {
  postgres: { url: string; kill(): void; admin(sql: string): Promise<void> };
  kafka: { node: KafkaNode; network: NetworkProxy; registryUrl: string } | null;
  stop(): Promise<void>;
}

export const TEMPLATE = 'chaos_template';

export async function startServers(on: Adapter): Promise<Servers> {
  const [postgres, kafka] = await Promise.all([
    startPostgres(),
    on === 'kafka' ? startBroker() : null,
  ]);
  return {
    postgres,
    kafka,
    stop: async () => {
      await kafka?.stop();
      await postgres.stop();
    },
  };
}

async function startPostgres() {
  const dataDir = mkdtempSync(join(tmpdir(), 'fx-chaos-'));
  // A process that joined the embedded server restarts it when it dies, on the same port.
  const postgres = await joinEmbeddedPostgres({ dataDir, log: quiet });
  const admin = async (sql: string) => {
    const client = new pg.Client({ connectionString: postgres.url });
    client.on('error', () => {});
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  await admin(`create database ${TEMPLATE}`);
  await migrate(postgres.url.replace(/\/[^/]*$/, `/${TEMPLATE}`), quiet);
  return {
    url: postgres.url,
    admin,
    kill: () => {
      const running = runningServer(join(dataDir, 'pg'));
      if (running) process.kill(running.pid, 'SIGKILL');
    },
    stop: async () => {
      await postgres.leave();
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function startBroker() {
  const behind = await freePort();
  const network = await startProxy({ host: '127.0.0.1', port: behind });
  const [[node], registry] = await Promise.all([
    startKafka({ proxy: { port: network.port, behind } }),
    startRegistry(),
  ]);
  return {
    node: node as KafkaNode,
    network,
    registryUrl: registry.url,
    stop: async () => {
      await Promise.all([network.stop(), node?.stop(), registry.stop()]);
    },
  };
}
