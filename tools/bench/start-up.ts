import { eventually } from '../../test/support/eventually.ts';
import {
  command,
  dataDir,
  freePort,
  get,
  type OldRate,
  script,
} from '../../test/support/process.ts';
import { type BenchCase, measure, median } from './case.ts';

/** `npm start` to the first seven rates beside its embedded Postgres alone, cold and warm. */
export const startUp: BenchCase = {
  name: 'start-up',
  about: 'start to seven rates, cold and warm, beside the bare start of the embedded Postgres',
  run: async ({ quick, say }) => {
    const [cold, warm, bareCold, bareWarm]: [number[], number[], number[], number[]] = [
      [],
      [],
      [],
      [],
    ];
    for (let round = 0; round < (quick ? 1 : 5); round++) {
      say(`round ${round + 1}`);
      const [ours, bare] = [dataDir(), dataDir()];
      try {
        bareCold.push(await barePostgres(bare.dir));
        cold.push(await sevenRates(ours.dir));
        bareWarm.push(await barePostgres(bare.dir));
        warm.push(await sevenRates(ours.dir));
      } finally {
        ours.remove();
        bare.remove();
      }
    }
    return {
      figures: {
        cold_s: median(cold),
        bare_cold_s: median(bareCold),
        warm_s: median(warm),
        bare_warm_s: median(bareWarm),
      },
      bounds: [
        { figure: 'cold_s', beside: 'bare_cold_s', atMost: 3 },
        { figure: 'warm_s', beside: 'bare_warm_s', atMost: 1.8 },
      ],
    };
  },
};

async function sevenRates(dir: string): Promise<number> {
  const port = await freePort();
  const [seconds, started] = await measure(async () => {
    const start = command('start', { DATA_DIR: dir, PORT: String(port) });
    await eventually(async () => {
      const rates = (await get<OldRate[]>(`http://127.0.0.1:${port}/v1/rates`))?.data;
      if (!Array.isArray(rates) || new Set(rates.map(({ currency_to }) => currency_to)).size < 7)
        throw new Error(start.output());
    });
    return start;
  });
  started.kill('SIGTERM');
  await started.exited;
  return seconds;
}

async function barePostgres(dir: string): Promise<number> {
  const [seconds, started] = await measure(async () => {
    const start = script('tools/bench/bare-postgres.ts', {}, [dir]);
    await eventually(() => {
      if (!start.output().includes('up\n')) throw new Error(start.output());
    });
    return start;
  });
  started.kill('SIGTERM');
  await started.exited;
  return seconds;
}
