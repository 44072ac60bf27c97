import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import axios from 'axios';
import { testDatabase } from '../../test/support/database.ts';
import { eventually } from '../../test/support/eventually.ts';
import { SEVEN } from '../../test/support/pipeline.ts';
import { command, freePort, get } from '../../test/support/process.ts';
import { type BenchCase, quantile } from './case.ts';

const REQUESTS = 60;
const DAYS = 3650;
const PROBE_EVERY_MS = 20;

interface Answer {
  readonly status: number;
  readonly isWhole: boolean;
  readonly canRetry: boolean;
  readonly seconds: number;
}

/** Many large uncached requests at once: what others wait meanwhile, and the memory. Linux only. */
export const burst: BenchCase = {
  name: 'burst',
  about: `${REQUESTS} parallel requests of all rates of ten years, none cached or shared`,
  run: async ({ quick, say }) => {
    const database = await testDatabase();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const settings = { DATABASE_URL: database.url, PORT: String(port), LOG_LEVEL: 'warn' };
    const api = command('api', settings);
    try {
      await database.query(HISTORY, [SEVEN, quick ? 365 : DAYS]);
      await database.query('vacuum analyze daily_rates');
      await eventually(async () => {
        if ((await get(`${url}/readyz`))?.status !== 200) throw new Error(api.output());
      });
      say('one request, so that everything is compiled');
      await request(url, 0);
      await pause(1000);
      const before = residentMb(api.pid);
      say(`${REQUESTS} requests`);
      const probe = startProbe(url, api.pid);
      const answers = await Promise.all(
        Array.from({ length: REQUESTS }, (_, n) => request(url, n + 1)),
      );
      const { waits, highestMb } = await probe();
      const whole = answers.filter(({ isWhole }) => isWhole);
      return {
        figures: {
          livez_p99_ms: quantile(waits, 0.99),
          livez_longest_ms: Math.max(...waits),
          memory_growth_mb: highestMb - before,
          longest_answer_s: Math.max(...answers.map(({ seconds }) => seconds)),
          answered_whole: whole.length,
        },
        bounds: [
          { figure: 'livez_p99_ms', atMost: 200 },
          { figure: 'memory_growth_mb', atMost: 100 },
          { figure: 'longest_answer_s', atMost: 10 },
        ],
        must: {
          'each request is answered, or refused with Retry-After': answers.every(
            ({ isWhole, status, canRetry }) => isWhole || (status === 503 && canRetry),
          ),
        },
      };
    } finally {
      api.kill('SIGTERM');
      await api.exited;
      await database.drop();
    }
  },
};

/** A header that the cache distinguishes keeps each from sharing the response of another. */
async function request(url: string, n: number): Promise<Answer> {
  const began = performance.now();
  const { status, headers, data } = await axios.get<Buffer>(`${url}/v1/rates`, {
    headers: { Accept: `application/json;q=0.${String(n + 100)}` },
    responseType: 'arraybuffer',
    validateStatus: () => true,
  });
  return {
    status,
    isWhole: status === 200 && data.subarray(-2).toString() === '}]',
    canRetry: Number(headers['retry-after']) > 0,
    seconds: (performance.now() - began) / 1000,
  };
}

/** Asks for /livez and the process' memory until it is ended. */
function startProbe(url: string, pid: number) {
  const waits: number[] = [];
  let [highestMb, isRunning] = [0, true];
  const running = (async () => {
    while (isRunning) {
      const began = performance.now();
      await axios.get(`${url}/livez`);
      waits.push(performance.now() - began);
      highestMb = Math.max(highestMb, residentMb(pid));
      await pause(PROBE_EVERY_MS);
    }
  })();
  return async () => {
    isRunning = false;
    await running;
    return { waits, highestMb };
  };
}

function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

const HISTORY = `
  insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
                           fetched_at, event_id)
  select day, 'USD', code, 'xe', 100 + n / 1000.0 + 0.0000000001, day + interval '23 hours',
         day + interval '23 hours 1 second', gen_random_uuid()
  from unnest(?::text[]) code, generate_series(0, ?::int) n
    cross join lateral (select current_date - n as day) d`;
