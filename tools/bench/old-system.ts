import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { testDatabase } from '../../test/support/database.ts';
import { eventually } from '../../test/support/eventually.ts';
import { keepFolder } from '../../test/support/maven-cache.ts';
import { SEVEN } from '../../test/support/pipeline.ts';
import { command, freePort, get, run } from '../../test/support/process.ts';
import { type BenchCase, median } from './case.ts';
import { loadHttp } from './http-load.ts';

const CONNECTIONS = 8;
const YEAR_DAYS = 365;
const PACKAGES = [
  'Flask==3.1.3',
  'SQLAlchemy==2.0.58',
  'gunicorn==25.3.0',
  'psycopg2-binary==2.9.13',
];
const PATHS = { one: '/v1/rates?currency=kes', all: '/v1/rates' };

/** The API of the system that this one replaces, on the same Postgres with the same rows. */
export const oldSystem: BenchCase = {
  name: 'old-system',
  about:
    `a year of one currency, and of all seven, ${CONNECTIONS} connections, beside Flask, ` +
    'SQLAlchemy and gunicorn with two workers',
  run: async ({ quick, say }) => {
    const python = await findPython(say);
    const database = await testDatabase();
    const port = await freePort();
    const settings = { DATABASE_URL: database.url, PORT: String(port), LOG_LEVEL: 'warn' };
    const api = command('api', settings);
    let flask: Awaited<ReturnType<typeof startFlask>> | undefined;
    try {
      await database.query(HISTORY, [SEVEN, YEAR_DAYS - 1]);
      await database.query(OLD_TABLE);
      await database.query('analyze');
      flask = await startFlask(python, database.url);
      const urls = { ours: `http://127.0.0.1:${port}`, old: flask.url };
      for (const url of Object.values(urls))
        await eventually(async () => {
          if ((await get<unknown[]>(`${url}${PATHS.one}`))?.data?.length !== YEAR_DAYS)
            throw new Error(`${url}: not up yet: ${api.output()}${flask?.output()}`);
        });
      const size = { connections: CONNECTIONS, seconds: quick ? 1 : 3 };
      // A header that the cache distinguishes: every request is worked out.
      let n = 0;
      const uncached = { ...size, accept: () => `application/json;q=0.${n++ + 100}` };
      const loads = {
        ours_one_per_s: () => loadHttp(urls.ours, () => PATHS.one, size),
        ours_one_uncached_per_s: () => loadHttp(urls.ours, () => PATHS.one, uncached),
        old_one_per_s: () => loadHttp(urls.old, () => PATHS.one, size),
        ours_all_per_s: () => loadHttp(urls.ours, () => PATHS.all, size),
        ours_all_uncached_per_s: () => loadHttp(urls.ours, () => PATHS.all, uncached),
        old_all_per_s: () => loadHttp(urls.old, () => PATHS.all, size),
      };
      const found: Record<string, number[]> = {};
      // The first round only warms up what compiles and caches as it goes.
      for (let round = 0; round <= (quick ? 1 : 3); round++) {
        say(`round ${round}`);
        for (const [name, load] of Object.entries(loads)) {
          const { perSecond } = await load();
          if (round > 0) found[name] = [...(found[name] ?? []), perSecond];
        }
      }
      return {
        figures: Object.fromEntries(
          Object.entries(found).map(([name, values]) => [name, median(values)]),
        ),
        bounds: [
          { figure: 'ours_one_per_s', beside: 'old_one_per_s', atLeast: 10 },
          { figure: 'ours_one_uncached_per_s', beside: 'old_one_per_s', atLeast: 1 },
          { figure: 'ours_all_per_s', beside: 'old_all_per_s', atLeast: 10 },
          { figure: 'ours_all_uncached_per_s', beside: 'old_all_per_s', atLeast: 1 },
        ],
      };
    } finally {
      api.kill('SIGTERM');
      await api.exited;
      await flask?.stop();
      await database.drop();
    }
  },
};

/** The interpreter of an environment with the packages, from PyPI on first use. */
async function findPython(say: (text: string) => void): Promise<string> {
  const execute = promisify(execFile);
  await execute('python3', ['-m', 'venv', '--help']).catch(() => {
    throw new Error('NOT MEASURED: needs python3 with venv and pip');
  });
  const dir = await keepFolder(`old-system-${PACKAGES.join('-')}`, async (fresh) => {
    say(`installing ${PACKAGES.join(', ')}`);
    await execute('python3', ['-m', 'venv', fresh]);
    await execute(join(fresh, 'bin/python'), ['-m', 'pip', 'install', '-q', ...PACKAGES]);
  });
  return join(dir, 'bin/python');
}

async function startFlask(python: string, databaseUrl: string) {
  const port = await freePort();
  const bind = `127.0.0.1:${port}`;
  const settings = {
    DATABASE_URL: databaseUrl.replace(/^postgres:/, 'postgresql:'),
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const args = ['-m', 'gunicorn', '--chdir', 'tools/bench', '--workers', '2', '--bind', bind];
  const { kill, exited, output } = run(python, [...args, 'old_system:app'], settings);
  return {
    url: `http://${bind}`,
    output,
    stop: async () => {
      kill('SIGTERM');
      await exited;
    },
  };
}

const HISTORY = `
  insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
                           fetched_at, event_id)
  select day, 'USD', code, 'xe', 100 + n / 1000.0 + 0.0000000001, day + interval '23 hours',
         day + interval '23 hours 1 second', gen_random_uuid()
  from unnest(?::text[]) code, generate_series(0, ?::int) n
    cross join lateral (select current_date - n as day) d`;

const OLD_TABLE = `
  create table old_rates as
  select row_number() over (order by rate_date, quote_currency)::int as id,
         to_char(fetched_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as timestamp,
         base_currency as currency_from, inverse::float8 as usd_to_currency_rate,
         mid::float8 as currency_to_usd_rate, quote_currency as currency_to
  from rates;
  alter table old_rates add primary key (id);
  create index on old_rates (currency_to)`;
