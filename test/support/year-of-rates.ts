import { expect } from 'chai';
import type { TestDatabase } from './database.ts';
import { eventually } from './eventually.ts';

/** Days before today that have rates, and those in the middle that KES and MAD lack. */
export const DAYS = 400;
export const GAP_DAYS = 15;

/** Waits for the simulated history, then deletes a gap of KES and MAD from its middle. */
export async function waitForYearOfRates({ query }: Pick<TestDatabase, 'query'>): Promise<void> {
  await eventually(async () =>
    expect(await query('select count(*)::int as rates from daily_rates')).to.deep.equal([
      { rates: (DAYS + 1) * 7 },
    ]),
  );
  await query(
    `delete from daily_rates
     where quote_currency in ('KES', 'MAD')
       and rate_date between current_date - 60 and current_date - ${61 - GAP_DAYS}`,
  );
}
