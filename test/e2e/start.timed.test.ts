import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { command, dataDir, freePort, get } from '../support/process.ts';

const COLD_MS = 10_000;
const WARM_MS = 5000;

describe('the first rates of npm start', function () {
  this.timeout(60_000);

  it('are there within 10 s on an empty folder, 5 s when restarted', async () => {
    const data = dataDir();
    const port = await freePort();
    for (const [kind, limit] of [
      ['cold', COLD_MS],
      ['warm', WARM_MS],
    ] as const) {
      const began = Date.now();
      const start = command('start', { DATA_DIR: data.dir, PORT: String(port) });
      await eventually(async () => {
        const latest = await get<{ data: unknown[] }>(`http://127.0.0.1:${port}/v2/rates/latest`);
        expect(latest?.data.data, start.output()).to.have.length(7);
      });
      const took = Date.now() - began;
      start.kill('SIGTERM');
      expect(await start.exited).to.equal(0);
      expect(took, `${kind} start in ms`).to.be.below(limit);
    }
    data.remove();
  });
});
