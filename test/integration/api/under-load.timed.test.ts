import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import axios from 'axios';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.ts';
import { type PipelineOptions, pipeline } from '../../support/pipeline.ts';

/** Between two requests of the client that is measured. */
const PAUSE_MS = 10;

describe('the API under load', function () {
  this.timeout(60_000);
  let parts: Awaited<ReturnType<typeof pipeline>>;
  let url: string;
  const start = async (options?: PipelineOptions) => {
    parts = await pipeline(options);
    ({ url } = await parts.api());
    return parts;
  };
  afterEach(() => parts.stop());

  it('disconnects slow clients, and other clients do not notice them', async () => {
    await start();
    const { hostname, port } = new URL(url);
    const slow = await Promise.all(
      Array.from({ length: 500 }, () => slowClient(hostname, Number(port))),
    );
    const began = Date.now();
    const took: number[] = [];
    const alive = () => slow.filter(({ destroyed }) => !destroyed).length;
    while (alive() > 25) {
      expect(Date.now() - began, `${alive()} are still there`).to.be.below(15_000);
      const at = performance.now();
      expect((await axios.get(`${url}/v2/rates/latest`)).status).to.equal(200);
      took.push(performance.now() - at);
      await pause(PAUSE_MS);
    }
    expect(took.sort((a, b) => a - b)[Math.ceil(took.length * 0.99) - 1]).to.be.at.most(200);
    for (const socket of slow) socket.destroy();
  });

  it('stays responsive while 60 clients read all rates at once', async () => {
    await start();
    await parts.query(
      `insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
                                fetched_at, event_id)
       select current_date - n, 'USD', quote, 'simulator', 129.1234567891,
              now() - n * interval '1 day', now() - n * interval '1 day', gen_random_uuid()
       from generate_series(0, 3000) n,
            unnest(array['NGN','GHS','KES','UGX','MAD','XOF','EGP']) quote`,
    );
    // Each with its own Accept header, so that none is served from the cache or coalesced.
    const reading = Array.from({ length: 60 }, (_, n) =>
      axios.get(`${url}/v1/rates`, {
        headers: { accept: `application/json;v=${n}` },
        responseType: 'arraybuffer',
        validateStatus: () => true,
      }),
    );
    let worst = 0;
    let isDone = false;
    const all = Promise.all(reading).finally(() => {
      isDone = true;
    });
    while (!isDone) {
      const began = performance.now();
      expect((await axios.get(`${url}/livez`)).status).to.equal(200);
      worst = Math.max(worst, performance.now() - began);
    }
    expect(worst).to.be.below(2000);
    for (const { status, headers } of await all) {
      expect(status).to.be.oneOf([200, 503]);
      if (status === 503) expect(headers['retry-after']).to.equal('5');
    }
  });

  it('coalesces a thousand simultaneous triggers into one run', async () => {
    const { consumer, producer, simulator, setClock } = await start({
      cooldownSeconds: 60,
      // Slow enough for all triggers to wait at the same time.
      publish: (publish) => (topic, records) =>
        new Promise((resolve) => setTimeout(() => resolve(publish(topic, records)), 2000)),
    });
    await setClock('2026-11-24T02:00:00Z');
    await consumer();
    producer();
    await eventually(async () =>
      expect((await parts.runs())[0]).to.include({ state: 'confirmed' }),
    );
    await setClock('2026-11-24T03:00:00Z');
    const responses = await Promise.all(
      Array.from({ length: 1000 }, () =>
        axios.post(`${url}/v1/rates/update`, null, {
          validateStatus: () => true,
          timeout: 15_000,
        }),
      ),
    );
    expect(
      new Set(responses.map(({ status, data }) => `${status} ${JSON.stringify(data)}`)),
    ).to.deep.equal(new Set(['200 {"success":true}']));
    expect(simulator.calls()).to.equal(2);
    expect(await parts.query("select count(*) from runs where trigger = 'manual'")).to.deep.equal([
      { count: '1' },
    ]);
  });
});

/** A client that sends its request at a byte a second and never ends it (slowloris). */
function slowClient(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port }, () => {
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
      const dripping = setInterval(() => socket.write('x'), 1000);
      socket.on('close', () => clearInterval(dripping));
      resolve(socket);
    });
    // Unread data would hide the end of the connection.
    socket.resume();
    socket.on('error', (error) => {
      socket.destroy();
      reject(error);
    });
    socket.on('end', () => socket.destroy());
  });
}
