import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { command, dataDir, freePort, get } from '../support/process.ts';

interface Readiness {
  status: string;
  checks: Record<string, string>;
}

// A stop has limits of seconds, which a machine full of other tests exceeds.
describe('services without a broker', function () {
  this.timeout(60_000);

  it('keep trying, the API reports it, and all stop gracefully', async () => {
    const data = dataDir();
    const port = await freePort();
    const api = command('api', { DATA_DIR: data.dir, PORT: String(port) });
    await eventually(() => expect(api.output()).to.match(/schema migrated/));
    const others = ['consumer', 'producer'].map((name) =>
      command(name, { DATA_DIR: data.dir, KAFKA_BROKERS: '127.0.0.1:1' }),
    );
    await eventually(async () => {
      const answer = await get<Readiness>(`http://127.0.0.1:${port}/readyz`);
      const { status, checks } = answer?.data ?? {};
      expect(status).to.equal('degraded');
      expect(checks?.['consumer']).to.match(/^stream: .*ECONNREFUSED 127\.0\.0\.1:1/);
      expect(checks?.['producer']).to.match(/not published yet: .*ECONNREFUSED 127\.0\.0\.1:1/);
    });
    const all = [...others, api];
    for (const one of all) one.kill('SIGTERM');
    for (const one of all) expect(await one.exited, one.output()).to.equal(0);
    data.remove();
  });
});
