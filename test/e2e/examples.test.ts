import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { RATE_OBSERVED_SCHEMA, type RateObserved } from '../../events/rate-observed.ts';
import { encodeRate } from '../../events/wire-format.ts';
import { seedLoanBook } from '../../loans/sample.ts';
import { openKafkaStream } from '../../stream/kafka/stream.ts';
import { openSchemaRegistry } from '../../stream/schema-registry.ts';
import { brokerMissing, sharedBroker } from '../support/broker.ts';
import { PROJECT } from '../support/documents.ts';
import { makeRate } from '../support/make-rate.ts';
import { pipeline } from '../support/pipeline.ts';
import { quiet } from '../support/quiet.ts';
import { isInstalled, skipWithout } from '../support/requirements.ts';

const run = (program: string, args: string[]) =>
  promisify(execFile)(program, args, { cwd: PROJECT, timeout: 60_000 });

describe('examples/currency_risk.py', function () {
  this.timeout(60_000);
  let parts: Awaited<ReturnType<typeof pipeline>>;
  let url: string;
  const store = (daysAgo: number, currency: string, mid: string, source = 'xe') =>
    parts.query(
      `insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
                                fetched_at, event_id)
       select (now() at time zone 'UTC')::date - ?::int, 'USD', ?, ?, ?, now(), now(),
              gen_random_uuid()`,
      [daysAgo, currency, source, mid],
    );

  before(async function () {
    skipWithout(this, 'the Python example', isInstalled('python3') ? null : 'no python3');
    parts = await pipeline();
    await seedLoanBook(parts.db);
    ({ url } = await parts.api());
  });
  after(() => parts?.stop());

  const risk = async (asOf: string) =>
    (await run('python3', ['examples/currency_risk.py', url, asOf])).stdout.split('\n');

  it('counts in exact decimals what the worst 30 days of a year would cost the book', async () => {
    // The dollar rose from 100 to 125 in 30 days, later by less. It doubled before the year:
    // that does not count.
    for (const [daysAgo, mid] of [
      [400, '50'],
      [90, '100'],
      [60, '125'],
      [30, '125'],
      [0, '128'],
    ] as const)
      await store(daysAgo, 'KES', mid);
    // Thirty days apart, the naira gained: nothing to lose. A rate of another day has no partner.
    for (const [daysAgo, mid] of [
      [30, '1500'],
      [17, '9999'],
      [0, '1500.25'],
    ] as const)
      await store(daysAgo, 'NGN', mid);
    const lines = (await risk('2021-10-15')).map((line) => line.trim().split(/\s+/));
    // 40,030,659.9858 / 128, and that less the same at 128 × 1.25;
    // 8,880,132.3328 / 1500.25, and at 1500.25 × (1500.25 / 1500).
    expect(lines.slice(1, 4)).to.deep.equal([
      ['KES', '40,030,659.9858', '128', '312,739.53', '25.00%', '62,547.91'],
      ['NGN', '8,880,132.3328', '1500.25', '5,919.10', '0.02%', '0.99'],
      ['all', '318,658.63', '62,548.89'],
    ]);
  });

  it('names a currency without rates, and simulated rates', async () => {
    await parts.query('delete from daily_rates');
    await store(0, 'NGN', '1500', 'simulator');
    const lines = await risk('2021-10-15');
    expect(lines[1]).to.match(/^KES +40,030,659.9858 +no rate within a year$/);
    expect(lines).to.include('SIMULATED rates: none of this is real');
  });
});

(brokerMissing() ? describe.skip : describe)('examples/consume-rates.ts', function () {
  this.timeout(180_000);

  it('prints each rate once, skips what is no event, and resumes with its group', async () => {
    const { brokers, registryUrl } = await sharedBroker();
    const topic = `fx.${randomUUID()}`;
    const stream = openKafkaStream({
      settings: { brokers, ssl: false, sasl: null, clientId: 'test' },
      log: quiet,
    });
    const id = await openSchemaRegistry(registryUrl).register(
      `${topic}-value`,
      RATE_OBSERVED_SCHEMA,
    );
    const send = (...values: (RateObserved | string)[]) =>
      stream.publish(
        topic,
        values.map((value) => ({
          key: 'a',
          value: typeof value === 'string' ? Buffer.from(value) : encodeRate(value, id),
        })),
      );
    const consume = () => {
      const args = [
        'examples/consume-rates.ts',
        brokers.join(','),
        registryUrl,
        '--topic',
        topic,
        '--group',
        topic,
        '--exit',
      ];
      return run(process.execPath, ['--import', './bin/typescript.mjs', ...args]);
    };
    try {
      await stream.createTopic({ topic, partitions: 3, replication: 1 });
      const [kes, ngn] = [makeRate('KES', '129.1500'), makeRate('NGN', '1543.21')];
      await send(kes, 'no event', kes, ngn);
      const first = await consume();
      expect(
        first.stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ).to.deep.equal(
        [kes, ngn].map((rate) => ({ ...rate, fetched_at: Date.parse(rate.fetched_at) })),
      );
      expect(first.stderr).to.match(/^fx\.\S+@1 is no event$/m);
      await send(makeRate('UGX', '3600'));
      const mids = (await consume()).stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as RateObserved).mid);
      expect(mids).to.deep.equal(['3600']);
    } finally {
      await stream.close();
    }
  });
});
