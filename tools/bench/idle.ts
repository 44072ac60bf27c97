import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../../test/support/eventually.ts';
import { command, dataDir, freePort, get } from '../../test/support/process.ts';
import type { BenchCase } from './case.ts';

/** Linux counts a process' time in these, whatever the kernel's own. */
const TICKS_PER_SECOND = 100;

/** An idle `npm start`: its node process alone, since Postgres shares memory. Linux only. */
export const idle: BenchCase = {
  name: 'memory-and-idle',
  about: 'npm start left alone: memory and processor time of the node process',
  run: async ({ quick, say }) => {
    const minutes = quick ? 0.1 : 5;
    const data = dataDir();
    const port = await freePort();
    const start = command('start', { DATA_DIR: data.dir, PORT: String(port) });
    try {
      say('it starts, and makes up its history');
      await eventually(async () => {
        const rates = (await get<unknown[]>(`http://127.0.0.1:${port}/v1/rates?currency=kes`))
          ?.data;
        if (!Array.isArray(rates) || rates.length < 400)
          throw new Error(`not settled yet: ${start.output()}`);
      });
      await pause(quick ? 1000 : 30_000);
      say(`it is left alone for ${minutes} minutes`);
      const before = processOf(start.pid);
      let highest = 0;
      const began = performance.now();
      while (performance.now() - began < minutes * 60_000) {
        await pause(1000);
        highest = Math.max(highest, processOf(start.pid).megabytes);
      }
      const after = processOf(start.pid);
      return {
        figures: {
          highest_rss_mb: highest,
          core_percent:
            (100 * (after.seconds - before.seconds)) / ((performance.now() - began) / 1000),
          minutes,
          peak_rss_mb: after.peakMegabytes,
        },
        bounds: [
          { figure: 'highest_rss_mb', atMost: 140 },
          { figure: 'core_percent', atMost: 0.2 },
        ],
      };
    } finally {
      start.kill('SIGTERM');
      await start.exited;
      data.remove();
    }
  },
};

/** Processor seconds so far, memory now, and the most since the start. */
function processOf(pid: number): { seconds: number; megabytes: number; peakMegabytes: number } {
  // After the name in brackets, fields 12 and 13 are user and kernel time.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string) =>
    Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
  return {
    seconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    megabytes: megabytes('VmRSS'),
    peakMegabytes: megabytes('VmHWM'),
  };
}
