import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { isTooWide, screenshot } from '../../support/browser.ts';
import { useService, waitForRates } from '../../support/dashboard.ts';
import { eventually } from '../../support/eventually.ts';
import { SEVEN } from '../../support/pipeline.ts';
import { get } from '../../support/process.ts';
import { DAYS, GAP_DAYS, waitForYearOfRates } from '../../support/year-of-rates.ts';

describe('the rates view', function () {
  this.timeout(60_000);
  const service = useService();
  before(() => waitForYearOfRates(service.database));

  const readSummary = async (page: Page) => {
    const cells = page.locator('.summary tbody tr').first().locator('td');
    return (await cells.allTextContents()).map((text) => text.replaceAll(',', ''));
  };

  it('shows a card per currency with all digits, marked as simulated', async () => {
    const page = await service.open('/');
    await waitForRates(page);
    expect(await page.locator('.card h3').allTextContents()).to.deep.equal(SEVEN);
    expect(await page.locator('#banners').getByText('SIMULATED').isVisible()).to.equal(true);
    const latest = await get<{ data: { quote: string; rate: string }[] }>(
      `${service.url}/v2/rates/latest`,
    );
    for (const { quote, rate } of latest?.data.data ?? [])
      expect(
        (await page.locator(`.card[data-quote=${quote}] .rate`).textContent())?.replaceAll(',', ''),
      ).to.equal(rate);
  });

  it('fits the seven cards into one row at 1280 px and wraps them evenly below', async () => {
    const page = await service.open('/', { viewport: { width: 1280, height: 900 } });
    await waitForRates(page);
    const countPerRow = async () => {
      const tops = await page.evaluate<number[]>(
        `[...document.querySelectorAll('.card')].map((card) => card.offsetTop)`,
      );
      return [...new Set(tops)].map((top) => tops.filter((other) => other === top).length);
    };
    expect(await countPerRow()).to.deep.equal([7]);
    await page.setViewportSize({ width: 1000, height: 900 });
    await eventually(async () => expect(await countPerRow()).to.deep.equal([4, 3]));
  });

  it('draws 400 days with their gaps, beside a table with the same values', async () => {
    const page = await service.open('/?range=all&quotes=KES');
    await waitForRates(page);
    await page.getByText('Data table').click();
    const rows = page.locator('.under-chart tbody tr');
    // A rate that is stored meanwhile rebuilds the table.
    const [day, text] = await eventually(async () => {
      expect(await rows.count()).to.equal(DAYS + 1);
      expect(await rows.filter({ hasText: 'no rate' }).count()).to.equal(GAP_DAYS);
      const cells = await rows.nth(100).locator('td').allTextContents();
      expect(cells).to.have.length(2);
      return cells;
    });
    const pair = await get<{ data: { rate: string } }>(
      `${service.url}/v2/rates/USD/KES?date=${day}`,
    );
    expect(text).to.equal(pair?.data.data.rate);
  });

  it('marks a suspect rate in the chart, its table and the converter', async () => {
    const scale = (factor: number) =>
      service.database.query<{ day: string }>(
        `update daily_rates set mid = mid * ${factor}
         where quote_currency = 'GHS' and rate_date = current_date - 20
         returning rate_date as day`,
      );
    const [jump] = await scale(2);
    const day = jump?.day ?? '';
    try {
      const page = await service.open('/?quotes=GHS&range=1m');
      await waitForRates(page);
      await page.locator('.chart-panel p .mark', { hasText: 'suspect' }).waitFor();
      await page.getByText('Data table').click();
      await page.locator('.under-chart tbody tr', { hasText: day }).getByText('suspect').waitFor();
      await page.locator('#convert-to').selectOption('GHS');
      await page.locator('#convert-date').fill(day);
      await page.locator('.conversion .mark', { hasText: 'suspect' }).waitFor();
    } finally {
      await scale(0.5);
    }
  });

  it('indexes several currencies to 100, and offers what it shows as CSV', async () => {
    const page = await service.open('/?range=all&quotes=KES');
    await waitForRates(page);
    await page.getByRole('button', { name: 'UGX', exact: true }).click();
    await page.waitForURL(/quotes=KES%2CUGX/);
    await page.getByRole('button', { name: 'all', exact: true }).click();
    await eventually(async () => expect(await page.locator('.readout-value').count()).to.equal(7));
    expect(await page.locator('.readout').textContent()).to.match(
      /KES \d+\.\d\d \(.*UGX \d+\.\d\d \(/,
    );
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'CSV', exact: true }).click(),
    ]);
    const lines = readFileSync((await download.path()) ?? '', 'utf8')
      .trim()
      .split(/\r?\n/);
    expect(lines.length).to.equal(1 + 7 * (DAYS + 1) - 2 * GAP_DAYS);
  });

  it('summarises last month: average, closing, high and low, as CSV too', async () => {
    const page = await service.open('/?quotes=NGN');
    await waitForRates(page);
    await page.getByRole('button', { name: 'Last month' }).click();
    await page.waitForURL(/range=last-month/);
    const from = await page.locator('#chart-from').inputValue();
    const to = await page.locator('#chart-to').inputValue();
    expect(from).to.match(/-01$/);
    const months = await get<{ data: Record<string, string>[] }>(
      `${service.url}/v2/rates?from=${from}&to=${to}&quotes=NGN&group=month`,
    );
    const [month] = months?.data.data ?? [];
    const [, average, closing, high, low, days] = await eventually(async () => {
      expect(await page.locator('.summary h3').textContent()).to.contain(from);
      return readSummary(page);
    });
    expect(Number(average)).to.be.closeTo(Number(month?.['avg']), 1e-6);
    expect([closing, high, low]).to.deep.equal([month?.['last'], month?.['max'], month?.['min']]);
    expect(Number(days)).to.equal(month?.['count']);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Summary as CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).to.equal(`fx-rates-summary_NGN_${from}_${to}.csv`);
    expect(readFileSync((await download.path()) ?? '', 'utf8')).to.equal(
      'currency,from,to,average,closing,closing_date,high,low,days,unit\r\n' +
        `NGN,${from},${to},${average},${closing},${to},${high},${low},${days},NGN for 1 USD\r\n`,
    );
    const workbook = await page.getByRole('link', { name: 'Summary as XLSX' }).getAttribute('href');
    expect(workbook).to.match(
      new RegExp(`/v2/rates.xlsx.from=${from}&to=${to}&quotes=NGN&group=month$`),
    );
    await page.getByText('By month', { exact: true }).click();
    await page.locator('.under-chart tbody tr', { hasText: from.slice(0, 7) }).waitFor();
    await page.getByRole('link', { name: 'By month as CSV' }).waitFor();
  });

  it('says of a summary in USD that it is, in its heading, name and rows', async () => {
    const page = await service.open('/?quotes=NGN&show=inverse&range=last-month');
    await waitForRates(page);
    await eventually(async () =>
      expect(await page.locator('.summary h3').textContent()).to.match(/, in USD$/),
    );
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Summary as CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).to.match(/^fx-rates-summary_in-USD_NGN_/);
    expect(readFileSync((await download.path()) ?? '', 'utf8')).to.match(/,USD for 1 NGN\r\n$/);
  });

  it('takes any range of days, and keeps it in the URL', async () => {
    const page = await service.open('/?quotes=NGN');
    await waitForRates(page);
    const day = new Date(Date.now() - 10 * 86_400_000).toISOString().slice(0, 10);
    await page.locator('#chart-from').fill(day);
    await page.waitForURL(new RegExp(`from=${day}`));
    await eventually(async () => expect((await readSummary(page))[5]).to.equal('11'));
    await page.reload();
    await eventually(async () => expect((await readSummary(page))[5]).to.equal('11'));
    expect(await page.locator('.chart-panel [aria-pressed=true]').allTextContents()).to.deep.equal([
      'NGN',
    ]);
  });

  it('converts while typing; the service calculates', async () => {
    const page = await service.open('/');
    await waitForRates(page);
    await page.getByLabel('Amount').fill('1,250.50');
    await page.locator('#convert-from').selectOption('KES');
    await page.locator('#convert-to').selectOption('UGX');
    const conversion = await get<{ data: { result: string } }>(
      `${service.url}/v2/convert?from=KES&to=UGX&amount=1250.50`,
    );
    const result = page.locator('.conversion-result');
    await eventually(async () =>
      expect((await result.textContent())?.replaceAll(',', '')).to.equal(
        `${conversion?.data.data.result} UGX`,
      ),
    );
    await page.getByLabel('Amount').fill('1.250,50');
    await page.getByText('Enter an amount such as 1250.50 or 1,250.50.').waitFor();
    await page.getByLabel('Amount').fill("1'250.50");
    await result.waitFor();
  });

  it('offers one row per day and one column per currency as CSV', async () => {
    const page = await service.open('/?range=last-month&quotes=NGN,KES');
    await waitForRates(page);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'CSV by currency' }).click(),
    ]);
    const [head, ...lines] = readFileSync((await download.path()) ?? '', 'utf8')
      .trim()
      .split(/\r?\n/);
    expect(head).to.contain('NGN').and.contain('KES');
    expect(lines.length).to.be.within(28, 31);
  });

  it('fits a 4 K screen and a phone, light and dark', async () => {
    const desk = await service.open('/?range=1y&quotes=KES,GHS', {
      viewport: { width: 1440, height: 980 },
    });
    await waitForRates(desk);
    await desk.evaluate('scrollTo(0, 0)');
    await screenshot(desk, 'rates');
    await desk.setViewportSize({ width: 3840, height: 2160 });
    expect(await isTooWide(desk)).to.equal(false);
    const phone = await service.open('/', {
      viewport: { width: 360, height: 780 },
      colorScheme: 'dark',
      hasTouch: true,
      isMobile: true,
    });
    await waitForRates(phone);
    expect(await isTooWide(phone)).to.equal(false);
    await phone.evaluate('scrollTo(0, 0)');
    await screenshot(phone, 'mobile-dark');
  });
});
