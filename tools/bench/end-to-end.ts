import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import axios from 'axios';
import { eventually } from '../../test/support/eventually.ts';
import { type Command, command, freePort, get } from '../../test/support/process.ts';
import { type BenchCase, quantile } from './case.ts';
import { kafkaStage } from './kafka-stage.ts';

const PATH = '/v2/rates/latest?base=USD&quotes=KES';
/** How often the API is asked: what is readable in between is seen this much later. */
const LOOK_MS = 2;

/** Three processes on Kafka: from XE's response until the API serves its rate. */
export const endToEnd: BenchCase = {
  name: 'end-to-end',
  about: "from XE's response through ledger, Kafka, consumer and Postgres to a response of the API",
  run: async ({ quick, say }) => {
    const stage = await kafkaStage();
    const database = await stage.database();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const settings = {
      ...stage.settings(database.url, randomUUID()),
      UPDATE_COOLDOWN_SECONDS: '0',
      XE_DAILY_BUDGET: '1000000',
      PORT: String(port),
    };
    const processes: Command[] = [];
    try {
      for (const name of ['producer', 'consumer', 'api']) processes.push(command(name, settings));
      const newest = async () =>
        (await get<{ data: { fetched_at: string }[] }>(`${url}${PATH}`))?.data.data?.[0]
          ?.fetched_at;
      await eventually(async () => {
        if (!(await newest())) throw new Error(processes.map(({ output }) => output()).join('\n'));
      });
      const waits: number[] = [];
      const pulls = quick ? 20 : 300;
      say(`${pulls} pulls of seven rates`);
      // The first few only warm up what compiles as it goes.
      for (let pull = -20; pull < pulls; pull++) {
        const before = await newest();
        const asked = axios.post(`${url}/v1/rates/update`);
        let shown = before;
        while (shown === before) {
          await pause(LOOK_MS);
          shown = await newest();
        }
        if (pull >= 0) waits.push(Date.now() - Date.parse(shown as string));
        await asked;
      }
      return {
        figures: {
          p99_ms: quantile(waits, 0.99),
          p50_ms: quantile(waits, 0.5),
          highest_ms: Math.max(...waits),
          pulls,
        },
        bounds: [{ figure: 'p99_ms', atMost: 40 }],
      };
    } finally {
      for (const { kill } of processes) kill('SIGTERM');
      await Promise.all(processes.map(({ exited }) => exited));
      await stage.leave();
    }
  },
};
