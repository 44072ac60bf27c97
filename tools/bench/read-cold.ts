import pg from 'pg';
import { testDatabase } from '../../test/support/database.ts';
import { eventually } from '../../test/support/eventually.ts';
import { SEVEN } from '../../test/support/pipeline.ts';
import { command, freePort, get } from '../../test/support/process.ts';
import { type BenchCase, median, quantile } from './case.ts';
import { loadHttp } from './http-load.ts';

const YEARS = 10;
const DAYS = YEARS * 365;
/** As many as the API's own pool has connections: more would only queue, on both sides. */
const CONNECTIONS = 5;
const CODES = ['USD', ...SEVEN];

/** Uncached requests, beside the statement that finds the rows. */
export const readCold: BenchCase = {
  name: 'read-cold',
  about:
    `a random pair and range of ${YEARS} years each time, ${CONNECTIONS} connections, ` +
    'beside the same SQL by bare pg',
  run: async ({ quick, say }) => {
    const database = await testDatabase();
    const pool = new pg.Pool({ connectionString: database.url, max: CONNECTIONS });
    const port = await freePort();
    const api = command('api', {
      DATABASE_URL: database.url,
      PORT: String(port),
      LOG_LEVEL: 'warn',
    });
    const url = `http://127.0.0.1:${port}`;
    const [ours, p99, bare, bareP99]: [number[], number[], number[], number[]] = [[], [], [], []];
    try {
      await pool.query(HISTORY, [SEVEN, DAYS]);
      await pool.query(LATEST_PULL, [SEVEN]);
      await pool.query('vacuum analyze daily_rates');
      await eventually(async () => {
        if ((await get(`${url}/readyz`))?.status !== 200)
          throw new Error(`not up yet: ${api.output()}`);
      });
      const seconds = quick ? 1 : 6;
      // The first round only warms up what compiles and caches as it goes.
      for (let round = 0; round <= (quick ? 1 : 5); round++) {
        say(`round ${round}`);
        const load = await loadHttp(url, () => pathOf(anyQuestion()), {
          connections: CONNECTIONS,
          seconds,
        });
        const peer = await bareLoad(pool, seconds);
        if (round === 0) continue;
        ours.push(load.perSecond);
        p99.push(load.p99);
        bare.push(peer.perSecond);
        bareP99.push(peer.p99);
      }
      return {
        figures: {
          ours_per_s: median(ours),
          bare_pg_per_s: median(bare),
          p99_ms: median(p99),
          bare_pg_p99_ms: median(bareP99),
        },
        bounds: [{ figure: 'ours_per_s', beside: 'bare_pg_per_s', atLeast: 0.85 }],
      };
    } finally {
      api.kill('SIGTERM');
      await api.exited;
      await pool.end();
      await database.drop();
    }
  },
};

interface Question {
  base: string;
  quote: string;
  from: string;
  to: string;
}

/** Any two currencies, and any range of up to 1,000 days, which is what one answer holds. */
function anyQuestion(): Question {
  const base = Math.floor(Math.random() * CODES.length);
  const quote = (base + 1 + Math.floor(Math.random() * (CODES.length - 1))) % CODES.length;
  const first = Math.floor(Math.random() * DAYS);
  const last = Math.max(0, first - Math.floor(Math.random() * 1000));
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  return {
    base: CODES[base] as string,
    quote: CODES[quote] as string,
    from: day(first),
    to: day(last),
  };
}

const pathOf = ({ base, quote, from, to }: Question) =>
  `/v2/rates?base=${base}&quotes=${quote}&from=${from}&to=${to}`;

async function bareLoad(pool: pg.Pool, seconds: number) {
  const waits: number[] = [];
  const began = performance.now();
  const end = began + seconds * 1000;
  async function ask(): Promise<void> {
    while (performance.now() < end) {
      const asked = performance.now();
      const { base, quote, from, to } = anyQuestion();
      await pool.query(ROWS, [base, [quote], from, to]);
      waits.push(performance.now() - asked);
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, ask));
  return {
    perSecond: waits.length / ((performance.now() - began) / 1000),
    p99: quantile(waits, 0.99),
  };
}

/** The statement by which the API finds the rows of a range. */
const ROWS = `
  select base, quote, rate, inverse, rate_date, observed_at, fetched_at, source, suspect,
         false as stale, derived, diverges
  from rate_pairs
  where base = $1 and quote = any($2) and rate_date between $3 and $4
  order by rate_date, quote limit 1001`;

/** Fresh rates: only stale ones need a look-up of the newest row. */
const LATEST_PULL = `
  insert into runs (source, trigger, slot, state, currencies, fetched_at, ended_at)
  values ('simulator', 'schedule', now(), 'confirmed', $1, now(), now())`;

const HISTORY = `
  insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
                           fetched_at, event_id)
  select day, 'USD', code, 'xe', 100 + n / 1000.0 + 0.0000000001, day + interval '23 hours',
         day + interval '23 hours 1 second',
         gen_random_uuid()
  from unnest($1::text[]) code, generate_series(0, $2::int) n
    cross join lateral (select current_date - n as day) d`;
