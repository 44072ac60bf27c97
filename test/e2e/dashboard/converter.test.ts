import { expect } from 'chai';
import { usePipeline } from '../../support/dashboard.ts';

describe('the converter of the dashboard', function () {
  this.timeout(60_000);
  const start = usePipeline();

  it('offers the last rate before a day without one in one click', async () => {
    const { parts, page } = await start();
    const [days] = await parts.query<{ rated: string; gap: string }>(
      'select current_date - 3 as rated, current_date - 2 as gap',
    );
    const { rated, gap } = days ?? { rated: '', gap: '' };
    await parts.query(`
      insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
        fetched_at, event_id)
      select current_date - 3, 'USD', 'KES', 'simulator', 129.5, now() - interval '3 days',
        now() - interval '3 days', gen_random_uuid()`);
    await page.goto('/');
    await page.locator('.conversion-result').waitFor();
    const [today] = await parts.query<{ day: string }>('select current_date as day');
    expect(await page.locator('#convert-date').getAttribute('max')).to.equal(today?.day);
    await page.locator('#convert-date').fill(gap);
    const words = `There is no rate for USD/KES of ${gap}. The last one before is of ${rated}.`;
    await page.locator('.conversion').getByText(words).waitFor();
    await page.getByRole('button', { name: `Use the rate of ${rated}` }).click();
    await page.getByText(`rate of ${rated}, the last before ${gap}`).waitFor();
  });
});
