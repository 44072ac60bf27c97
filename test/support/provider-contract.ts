import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { PROVIDERS } from '../../app/lanes.ts';
import { simulatorReach } from '../../app/producer-service.ts';
import { UpstreamError, type UpstreamKind } from '../../platform/errors.ts';
import type { ProviderName } from '../../platform/providers.ts';
import type { Fault } from '../../platform/simulated-fault.ts';
import type { FetchedRates, Provider } from '../../producer/providers/port.ts';
import { type Simulator, startSimulator } from '../../simulator/index.ts';
import { SEVEN } from './pipeline.ts';
import { quiet } from './quiet.ts';

const NOW = '2026-11-24T01:00:05Z';

/** What a fault leads to: how it is classed, after how many calls, and whether it may be billed. */
type Expected = readonly [kind: UpstreamKind, calls: number, isBilled: boolean];

const unusable: Expected = ['unusable', 2, true];
const FAULTS: Partial<Record<Fault, Expected>> = {
  '304': ['rejected', 1, false],
  '401': ['refused', 1, false],
  '403': ['refused', 1, false],
  '404': ['rejected', 1, false],
  '429': ['exhausted', 1, false],
  '500': ['outage', 3, false],
  '502': ['outage', 3, false],
  '503': ['outage', 3, false],
  hang: ['outage', 3, true],
  drip: ['outage', 3, true],
  redirect: ['rejected', 1, false],
  reset: unusable,
  html: unusable,
  truncated: unusable,
  empty: unusable,
  'gzip-bomb': unusable,
  'error-200': unusable,
  'wrong-base': unusable,
  'duplicate-currency': unusable,
  'mid-zero': unusable,
  'mid-negative': unusable,
  'mid-nan': unusable,
  'mid-null': unusable,
  'mid-string': unusable,
  'mid-1e308': unusable,
  future: unusable,
};

const REASONS: Partial<Record<Fault, RegExp>> = {
  'wrong-base': /: expected rates from USD, got "EUR"$/,
  'mid-string': /: expected a plain decimal above 0 for [A-Z]{3}, got "\d/,
  'mid-null': /: expected a plain decimal above 0 for [A-Z]{3}, got (null|"")$/,
  html: /: expected JSON, got "<html>/,
  truncated: /: expected JSON, got "\{/,
  redirect: /: expected status 200, got 302/,
};

/**
 * How a provider differs: faults that its format cannot have, whether it has accounts with a quota,
 * and whether a response always holds all its currencies.
 */
export interface Differences {
  readonly without?: readonly Fault[];
  readonly hasAccounts?: boolean;
  readonly isTable?: boolean;
}

/** What every provider must do, against its own face of the simulator. */
export function providerContract(
  name: ProviderName,
  { without = [], hasAccounts = true, isTable = false }: Differences = {},
): void {
  describe(`the provider ${name}`, function () {
    this.timeout(30_000);
    let simulator: Simulator;
    let face: Pick<Simulator, 'setFault' | 'requests'>;
    let provider: Provider;
    let open: (deadlineMs: number) => Provider;
    beforeEach(async () => {
      const credentials = { accountId: 'test', apiKey: randomUUID() };
      simulator = await startSimulator({ mode: 'live', ...credentials, now: () => new Date(NOW) });
      const reach = simulatorReach(name, simulator, credentials);
      face = simulator.face(name);
      open = (deadlineMs) =>
        PROVIDERS[name].open({ ...reach, simulatedAs: 'simulator', log: quiet, deadlineMs });
      provider = open(10_000);
    });
    afterEach(() => simulator.stop());

    const fetchRates = (currencies: readonly string[] = SEVEN, day: string | null = null) =>
      provider.fetchRates(
        { currencies, now: NOW, days: day === null ? null : { first: day, last: day } },
        { signal: new AbortController().signal, mayRetry: () => Promise.resolve(true) },
      );
    const failure = async (call: Promise<FetchedRates>): Promise<UpstreamError> => {
      const outcome = await call.catch((err: unknown) => err);
      expect(outcome).to.be.instanceOf(UpstreamError);
      return outcome as UpstreamError;
    };

    it('fetches all currencies in one call, with the digits that it sent', async () => {
      const fetched = await fetchRates();
      expect(fetched.quotes.map(({ currency }) => currency).sort()).to.deep.equal(
        [...SEVEN].sort(),
      );
      for (const { mid, observedAt } of fetched.quotes) {
        expect(fetched.body).to.include(mid);
        expect(observedAt.slice(0, 10)).to.equal('2026-11-24');
      }
      expect(fetched).to.include({ answeredBy: 'simulator' });
      expect([fetched.missing, fetched.unrequested, face.requests()]).to.deep.equal([[], [], 1]);
      const { bills } = PROVIDERS[name];
      expect(fetched.cost).to.equal(bills === 'calls' ? 1 : SEVEN.length);
    });

    it('parses a stored response again, to the same rates', async () => {
      const fetched = await fetchRates();
      const parsed = provider.parse(fetched.body, { currencies: SEVEN, now: NOW, days: null });
      expect(parsed.quotes).to.deep.equal(fetched.quotes);
    });

    it('fetches a past day, stamped within it', async () => {
      const { quotes } = await fetchRates(SEVEN, '2026-11-20');
      expect(new Set(quotes.map(({ observedAt }) => observedAt.slice(0, 10)))).to.deep.equal(
        new Set(['2026-11-20']),
      );
    });

    it('names a currency that it does not have, and returns the others', async () => {
      const { quotes, missing } = await fetchRates(['KES', 'XTS']);
      expect([quotes.map(({ currency }) => currency), missing]).to.deep.equal([['KES'], ['XTS']]);
    });

    it('names a currency that is missing from the response, and returns the others', async () => {
      face.setFault('missing-currency');
      const { quotes, missing } = await fetchRates();
      expect([quotes.length, missing.length]).to.deep.equal([6, 1]);
      expect(quotes.map(({ currency }) => currency)).to.not.include(missing[0]);
    });

    it('refuses a response that holds other currencies only, and names both', async () => {
      if (isTable) return;
      const { body } = await fetchRates(['KES']);
      const request = { currencies: ['NGN', 'GHS'], now: NOW, days: null };
      expect(() => provider.parse(body, request))
        .to.throw(UpstreamError, /expected quotes for NGN, GHS, got "KES"$/)
        .with.property('kind', 'unusable');
    });

    it('says what was expected and what came', async () => {
      for (const [fault, pattern] of Object.entries(REASONS)) {
        if (without.includes(fault as Fault)) continue;
        face.setFault(fault as Fault);
        expect((await failure(fetchRates())).message, fault).to.match(pattern);
      }
    });

    it('does not store a currency that was not requested', async () => {
      if (isTable) return;
      face.setFault('extra-currency');
      const { quotes, unrequested } = await fetchRates();
      expect([quotes.length, unrequested]).to.deep.equal([7, ['ZAR']]);
    });

    it('keeps the time stamp of yesterday, and refuses it for another day', async () => {
      face.setFault('stale');
      const { quotes } = await fetchRates();
      expect(quotes[0]?.observedAt.slice(0, 10)).to.be.oneOf(['2026-11-22', '2026-11-23']);
      const error = await failure(fetchRates(SEVEN, '2026-11-20'));
      expect(error.message).to.match(/expected rates of 2026-11-20/);
    });

    it('tells the package and what is left of it, free of charge', async () => {
      const { seen, date } = await provider.fetchAccount(new AbortController().signal);
      expect(face.requests()).to.equal(0);
      if (!hasAccounts) return void expect(seen).to.deep.equal({});
      expect(seen.package).to.match(/^SIMULATOR/);
      expect(Number(seen.quota_remaining)).to.be.greaterThan(0);
      expect(Number.isNaN(Date.parse(date ?? ''))).to.equal(false);
    });

    for (const [fault, [kind, calls, isBilled]] of Object.entries(FAULTS)) {
      if (without.includes(fault as Fault)) continue;
      it(`returns nothing with the fault ${fault}: ${kind}, after ${calls} calls`, async () => {
        if (['hang', 'drip'].includes(fault)) provider = open(400);
        face.setFault(fault as Fault);
        const error = await failure(fetchRates());
        const { kind: found, billed } = error;
        expect([found, face.requests(), billed]).to.deep.equal([kind, calls, isBilled]);
        expect(error.message).to.match(new RegExp(`^${PROVIDERS[name].title}: `));
      });
    }
  });
}
