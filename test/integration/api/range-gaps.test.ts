import { expect } from 'chai';
import type { Request, Response } from 'express';
import type { Params } from '../../../api/http/params.ts';
import { type RateQueries, rateQueries } from '../../../api/rates/queries.ts';
import { ratesHandlers } from '../../../api/rates/routes.ts';
import { openRateStore } from '../../../consumer/rate-store.ts';
import { openFreshness } from '../../../ledger/freshness.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { makeRate } from '../../support/make-rate.ts';

const rateOf = (day: string) =>
  makeRate('KES', '129.2', {
    observed_at: `${day}T01:00:00.000Z`,
    fetched_at: `${day}T01:00:02.000Z`,
    run_id: day,
  });

describe('a range that is read while a rate of it is stored', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase();
  });
  afterEach(() => database.drop());

  const asks = { 'a whole range': {}, 'a page': { limit: 2 }, 'buckets of days': { group: 'day' } };
  for (const [name, asked] of Object.entries(asks))
    it(`names the gaps of its rows: ${name}`, async () => {
      const store = openRateStore(database.db);
      await store.save(['2026-11-20', '2026-11-22'].map(rateOf));
      let reads = 0;
      const inTurn = async <Read>(read: () => Promise<Read>) => {
        const result = await read();
        if (++reads === 1) await store.save([rateOf('2026-11-21')]);
        return result;
      };
      const real = rateQueries(database.db);
      const rates: RateQueries = {
        ...real,
        inRange: (...of) => inTurn(() => real.inRange(...of)),
        inBuckets: (...of) => inTurn(() => real.inBuckets(...of)),
        missingDays: (...of) => inTurn(() => real.missingDays(...of)),
      };
      const currencies = ['KES'];
      const readFreshness = openFreshness(database.db, {
        ...{ source: 'simulator', currencies, schedule: { cron: '0 1,23 * * *', zone: 'UTC' } },
      });
      const handlers = ratesHandlers({ rates, readFreshness, currencies });
      const params: Params = {
        ...{ quotes: currencies, from: '2026-11-20', to: '2026-11-22', limit: 1000 },
        ...asked,
      };
      const answer = await handlers['rates']?.(params, {} as Request, {} as Response);
      const data = answer?.data as { rate_date?: string; from?: string }[];
      const missing = answer?.meta['missing_dates'] as string[];
      const shown = data.map((row) => row.rate_date ?? row.from);
      // A gap that is named in vain is no harm, one that is not named hides a rate.
      expect([...shown, ...missing], JSON.stringify(answer)).to.include('2026-11-21');
      expect(reads).to.be.greaterThan(0);
    });
});
