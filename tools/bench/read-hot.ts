import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axios from 'axios';
import { testDatabase } from '../../test/support/database.ts';
import { eventually } from '../../test/support/eventually.ts';
import { type Command, command, freePort, get, script } from '../../test/support/process.ts';
import { type BenchCase, median } from './case.ts';
import { type Load, loadHttp } from './http-load.ts';

const CONNECTIONS = 32;
const PATH = '/v1/rates?currency=kes';

/** The most used v1 path with all middleware, beside the same bytes from bare servers. */
export const readHot: BenchCase = {
  name: 'read-hot',
  about:
    `a year of one currency, ${CONNECTIONS} connections, ` +
    'beside a bare Express app and bare node:http',
  run: async ({ quick, say }) => {
    const dir = mkdtempSync(join(tmpdir(), 'fx-bench-'));
    const database = await testDatabase();
    const servers: Command[] = [];
    try {
      await database.query(YEAR);
      const port = await freePort();
      servers.push(
        command('api', { DATABASE_URL: database.url, PORT: String(port), LOG_LEVEL: 'warn' }),
      );
      const ours = `http://127.0.0.1:${port}`;
      const bytes = await eventually(async () => {
        const answer = await get(`${ours}${PATH}`);
        if (answer?.status !== 200) throw new Error('not up yet');
        return answer.text;
      });
      const file = join(dir, 'bytes');
      writeFileSync(file, bytes);
      const bare = async (kind: string) => {
        const server = script('tools/bench/bare-server.ts', {}, [kind, file]);
        servers.push(server);
        return eventually(() => {
          const found = /port (\d+)/.exec(server.output())?.[1];
          if (!found) throw new Error(`not up yet: ${server.output()}`);
          return `http://127.0.0.1:${found}`;
        });
      };
      const node_http = await bare('http');
      // Our compressed response does the work of the peer's plain one: the same rates, sooner.
      const peers = { ours, ours_br: ours, express: await bare('express'), node_http };
      const loads: Record<keyof typeof peers, Load[]> = {
        ours: [],
        ours_br: [],
        express: [],
        node_http: [],
      };
      // The first round only warms up what compiles and caches as it goes.
      for (let round = 0; round <= (quick ? 1 : 5); round++) {
        say(`round ${round}`);
        for (const [name, url] of Object.entries(peers) as [keyof typeof peers, string][]) {
          const load = await loadHttp(url, () => PATH, {
            connections: CONNECTIONS,
            seconds: quick ? 0.5 : 4,
            encoding: name === 'ours_br' ? 'br' : 'identity',
          });
          if (round > 0) loads[name].push(load);
        }
      }
      const perSecond = (name: keyof typeof peers) =>
        median(loads[name].map((load) => load.perSecond));
      const p99 = (name: keyof typeof peers) => median(loads[name].map((load) => load.p99));
      return {
        figures: {
          ours_per_s: perSecond('ours'),
          express_per_s: perSecond('express'),
          node_http_per_s: perSecond('node_http'),
          ours_br_per_s: perSecond('ours_br'),
          ours_to_node_http: perSecond('ours') / perSecond('node_http'),
          p99_ms: p99('ours'),
          express_p99_ms: p99('express'),
          answer_bytes: Buffer.byteLength(bytes),
          wire_bytes: await countWireBytes(`${ours}${PATH}`),
        },
        bounds: [
          { figure: 'ours_per_s', beside: 'express_per_s', atLeast: 1.4 },
          { figure: 'ours_br_per_s', beside: 'node_http_per_s', atLeast: 1 },
          { figure: 'wire_bytes', atMost: 8000 },
          { figure: 'p99_ms', beside: 'express_p99_ms', atMost: 3 },
        ],
      };
    } finally {
      for (const { kill } of servers) kill('SIGTERM');
      await Promise.all(servers.map(({ exited }) => exited));
      await database.drop();
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

/** The length of the body as it is sent to a browser. */
async function countWireBytes(url: string): Promise<number> {
  const { headers } = await axios.get(url, {
    headers: { 'Accept-Encoding': 'gzip, br' },
    decompress: false,
    responseType: 'arraybuffer',
  });
  return Number(headers['content-length']);
}

const YEAR = `
  insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
                           fetched_at, event_id)
  select day, 'USD', 'KES', 'xe', 129 + n / 1000.0 + 0.0000000001, day + interval '23 hours',
         day + interval '23 hours 1 second',
         gen_random_uuid()
  from generate_series(0, 364) n cross join lateral (select date '2025-11-01' + n as day) d`;
