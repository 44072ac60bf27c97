import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { seedLoanBook } from '../../../loans/sample.ts';
import {
  accessibilityFaults,
  isTooWide,
  openPage,
  screenshot,
  startBrowser,
  type Visit,
  watchShifts,
} from '../../support/browser.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { type Command, command, freePort, get } from '../../support/process.ts';
import { DAYS, GAP_DAYS, waitForYearOfRates } from '../../support/year-of-rates.ts';

const SEVEN = ['NGN', 'GHS', 'KES', 'UGX', 'MAD', 'XOF', 'EGP'];
const VIEWS = {
  rates: '/',
  pipeline: '/?view=pipeline',
  loans: '/?view=loans&as_of=2021-10-15&loan=32u09wekjbfje',
};
/** What browsers call good. */
const MOST_SHIFT = 0.1;
const MOST_BYTES = 250_000;
const FIRST_RATES_MS = 500;
const TRIES = 5;
/** Another round is given to a machine that was busy with something else; its median is asked for all the same. */
const MOST_ROUNDS = 3;

describe('the dashboard', function () {
  this.timeout(60_000);
  let browser: Browser;
  let database: TestDatabase;
  let running: Command;
  let url: string;
  let visits: Visit[] = [];

  const go = async (path: string, options: Parameters<typeof openPage>[2] = {}) => {
    const come = await openPage(browser, url, options);
    visits.push(come);
    await come.page.goto(path);
    return come.page;
  };
  // Not waitForFunction: it evaluates text in the page, and our security policy rightly refuses that.
  const filled = async (page: Page) => {
    await eventually(async () => expect(await page.locator('.card .rate').count()).to.equal(7));
    await eventually(async () =>
      expect(await page.locator('.card .spark-line').count()).to.equal(7),
    );
    await page.locator('.chart canvas').waitFor();
  };
  const settled = async (page: Page) => {
    await page.locator('.panel h2').first().waitFor();
    await eventually(async () => expect(await page.locator('[aria-busy]').count()).to.equal(0));
  };

  before(async function () {
    browser = await startBrowser(this);
    database = await testDatabase();
    await seedLoanBook(database.db);
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    running = command('start', {
      DATABASE_URL: database.url,
      PORT: String(port),
      UPDATE_COOLDOWN_SECONDS: '0',
    });
    await eventually(async () =>
      expect((await get(`${url}/livez`))?.status, running.output()).to.equal(200),
    );
  });
  after(async () => {
    await browser?.close();
    running?.kill('SIGTERM');
    await running?.exited;
    await database?.drop();
  });
  afterEach(async () => {
    const faults = visits.flatMap(({ faults }) => faults);
    await Promise.all(visits.map(({ page }) => page.context().close()));
    visits = [];
    expect(faults).to.deep.equal([]);
  });

  it('fills its cards and its chart by itself on a first start, and says loudly that the rates are made up', async () => {
    const page = await go('/');
    await filled(page);
    expect(await page.locator('.card h3').allTextContents()).to.deep.equal(SEVEN);
    expect(await page.locator('#banners').getByText('SIMULATED').isVisible()).to.equal(true);
    const { data } = (
      await get<{ data: { quote: string; rate: string }[] }>(`${url}/v2/rates/latest`)
    )?.data ?? { data: [] };
    for (const { quote, rate } of data)
      expect(
        (await page.locator(`.card[data-quote=${quote}] .rate`).textContent())?.replaceAll(',', ''),
      ).to.equal(rate);
  });

  it('draws 400 days with their gaps as gaps, beside a table that says the same', async () => {
    await waitForYearOfRates(database);
    const page = await go('/?range=all&quotes=KES');
    await filled(page);
    await page.getByText('Data table').click();
    const rows = page.locator('.chart-panel tbody tr');
    // A rate that lands meanwhile has the table made anew.
    const [day, text] = await eventually(async () => {
      expect(await rows.count()).to.equal(DAYS + 1);
      expect(await rows.filter({ hasText: 'no rate' }).count()).to.equal(GAP_DAYS);
      const cells = await rows.nth(100).locator('td').allTextContents();
      expect(cells).to.have.length(2);
      return cells;
    });
    const said = await get<{ data: { rate: string } }>(`${url}/v2/rates/USD/KES?date=${day}`);
    expect(text).to.equal(said?.data.data.rate);
  });

  it('compares several currencies from 100, and gives what it shows as CSV', async () => {
    const page = await go('/?range=all&quotes=KES');
    await filled(page);
    await page.getByRole('button', { name: 'UGX', exact: true }).click();
    await page.waitForURL(/quotes=KES%2CUGX/);
    await page.getByRole('button', { name: 'all', exact: true }).click();
    await eventually(async () => expect(await page.locator('.readout-value').count()).to.equal(7));
    expect(await page.locator('.readout').textContent()).to.match(
      /KES \d+\.\d\d \(.*UGX \d+\.\d\d \(/,
    );
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'CSV' }).click(),
    ]);
    const lines = readFileSync((await download.path()) ?? '', 'utf8')
      .trim()
      .split(/\r?\n/);
    expect(lines.length).to.equal(1 + 7 * (DAYS + 1) - 2 * GAP_DAYS);
  });

  it('converts as one types, with the service doing the sum', async () => {
    const page = await go('/');
    await page.getByLabel('Amount').fill('1,250.50');
    await page.getByLabel('From', { exact: true }).selectOption('KES');
    await page.getByLabel('To', { exact: true }).selectOption('UGX');
    const said = await get<{ data: { result: string } }>(
      `${url}/v2/convert?from=KES&to=UGX&amount=1250.50`,
    );
    await eventually(async () =>
      expect(
        (await page.locator('.conversion-result').textContent())?.replaceAll(',', ''),
      ).to.equal(`${said?.data.data.result} UGX`),
    );
  });

  it('pulls at a press of the button, and shows each event the moment it is stored', async () => {
    const page = await go('/?view=pipeline');
    await page.getByText('connected').waitFor();
    const before = await page.locator('.live tbody tr.is-new').count();
    await page.getByRole('button', { name: 'Pull now' }).click();
    await page.getByText(/Done .*: the rates are readable/).waitFor();
    await eventually(async () =>
      expect(await page.locator('.live tbody tr.is-new').count()).to.equal(before + 7),
    );
    await eventually(async () =>
      expect(await page.locator('tbody tr').first().textContent()).to.match(/manual.*confirmed/),
    );
    await screenshot(page, 'pipeline');
  });

  it('shows the worked case of the loan book as of 2021-10-15, and its history', async () => {
    const page = await go('/?view=loans&as_of=2021-10-15');
    const row = page.locator('.loans tbody tr', { hasText: '32u09wekjbfje' });
    await row.waitFor();
    const cells = await row.locator('td').allTextContents();
    expect(cells.slice(3, 7)).to.deep.equal(['in arrears', '49', '85', '201,580.6666 KES']);
    await row.getByRole('button').click();
    await page.waitForURL(/loan=32u09wekjbfje/);
    const detail = page.locator('.loan-detail');
    await eventually(async () => expect(await detail.locator('tbody tr').count()).to.equal(5));
    await detail.locator('canvas').nth(1).waitFor();
    expect(await detail.textContent()).to.contain('At risk201,580.6666Days past due49PAR days85');
    expect(await page.locator('.portfolio-group').first().textContent()).to.match(
      /KES 2 loans.*40,030,659\.9858.*201,580\.6666.*1\.51 %/,
    );
    await page.locator('.wide-first canvas').waitFor();
    await screenshot(page, 'loans');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Loans as CSV' }).click(),
    ]);
    expect(readFileSync((await download.path()) ?? '', 'utf8')).to.contain('201580.6666');
    // There are no rates of 2021 here: what is not known in USD is not shown as nothing.
    await page.getByRole('button', { name: 'USD', exact: true }).click();
    await eventually(async () =>
      expect(await page.locator('.portfolio-group').textContent()).to.match(
        /USD 4 loansOutstanding–At risk–PAR30–.*31-60 – 1/,
      ),
    );
  });

  it('is used from the keyboard alone: to a view, back, along a chart, and through a table', async () => {
    const page = await go('/?range=1m');
    await filled(page);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).to.equal(
      'Skip to the content',
    );
    await page.locator('.chart').focus();
    const last = await page.locator('.readout-day').textContent();
    // A rate that lands meanwhile has the chart drawn anew.
    await eventually(async () => {
      await page.keyboard.press('Home');
      expect(await page.locator('.readout-day').textContent()).to.not.equal(last);
    });
    const first = await page.locator('.readout-day').textContent();
    await page.keyboard.press('ArrowRight');
    await eventually(async () =>
      expect(await page.locator('.readout-day').textContent()).to.not.equal(first),
    );
    await page.getByRole('link', { name: 'Loan book' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/view=loans/);
    const heading = page.getByRole('button', { name: 'Outstanding' });
    await heading.focus();
    await page.keyboard.press('Enter');
    await eventually(async () =>
      expect(await page.locator('th[aria-sort]').textContent()).to.match(/^Outstanding/),
    );
    expect(await page.evaluate('document.activeElement.textContent')).to.match(/^Outstanding/);
    await page.goBack();
    await filled(page);
    expect(new URL(page.url()).search).to.equal('?range=1m');
  });

  for (const [name, path] of Object.entries(VIEWS)) {
    it(`has nothing in ${name} that axe objects to: on a desk by day, and on a phone by night with every table open`, async () => {
      const page = await go(path);
      await settled(page);
      await page.locator('canvas, .live tbody tr').first().waitFor();
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.setViewportSize({ width: 360, height: 900 });
      // A panel that fills itself again just then has its tables closed.
      await eventually(async () => {
        await page.evaluate(
          `for (const details of document.querySelectorAll('details')) details.open = true`,
        );
        expect(await page.locator('details:not([open])').count()).to.equal(0);
      });
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      expect(await isTooWide(page)).to.equal(false);
    });
  }

  for (const [screen, options] of Object.entries({
    desk: { viewport: { width: 1440, height: 900 } },
    phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  })) {
    for (const [name, path] of Object.entries(VIEWS)) {
      it(`keeps what is read where it is while the rest of ${name} comes, on a ${screen}`, async () => {
        const come = await openPage(browser, url, options);
        visits.push(come);
        const shifted = await watchShifts(come.page);
        await come.page.goto(path);
        await settled(come.page);
        await come.page.locator('canvas, .live tbody tr').first().waitFor();
        await come.page.locator('#health .fresh-mark').first().waitFor();
        expect(await shifted()).to.be.at.most(MOST_SHIFT);
      });
    }
  }

  it('says that rates are made up before anything else of the page has come, and not where they are from XE', async () => {
    const page = await go('/?view=pipeline');
    const banner = page.locator('#banners').getByText('SIMULATED');
    expect(await banner.isVisible()).to.equal(true);
    await page.locator('#health .fresh-mark').first().waitFor();
    expect(await banner.isVisible()).to.equal(true);
    const port = await freePort();
    const real = command('api', {
      DATABASE_URL: database.url,
      PORT: String(port),
      XE_ACCOUNT_ID: 'us',
      XE_API_KEY: 'a key',
    });
    try {
      await eventually(async () =>
        expect((await get(`http://127.0.0.1:${port}/livez`))?.status, real.output()).to.equal(200),
      );
      const come = await openPage(browser, `http://127.0.0.1:${port}`);
      visits.push(come);
      await come.page.goto('/?view=pipeline');
      await come.page.locator('#health .fresh-mark').first().waitFor();
      expect(await come.page.locator('#banners').getByText('SIMULATED').isVisible()).to.equal(
        false,
      );
    } finally {
      // First the page: one whose server has gone says so on its console, which is a fault here.
      await visits.at(-1)?.page.context().close();
      real.kill('SIGTERM');
      await real.exited;
    }
  });

  it('fits a 4 K screen and a phone, light and dark', async () => {
    const desk = await go('/?range=1y&quotes=KES,GHS', { viewport: { width: 1440, height: 980 } });
    await filled(desk);
    await screenshot(desk, 'rates');
    await desk.setViewportSize({ width: 3840, height: 2160 });
    expect(await isTooWide(desk)).to.equal(false);
    const phone = await go('/', {
      viewport: { width: 360, height: 780 },
      colorScheme: 'dark',
      hasTouch: true,
      isMobile: true,
    });
    await filled(phone);
    expect(await isTooWide(phone)).to.equal(false);
    await screenshot(phone, 'mobile-dark');
  });

  it(`weighs at most ${MOST_BYTES / 1000} kB with all its views`, async () => {
    const page = await go('/');
    await filled(page);
    for (const view of ['Pipeline', 'Loan book']) {
      await page.getByRole('link', { name: view }).click();
      await settled(page);
    }
    await page.locator('.loans').waitFor();
    const bytes = [...(visits[0]?.weights.values() ?? [])].reduce((sum, size) => sum + size, 0);
    expect(bytes).to.be.within(100_000, MOST_BYTES);
    process.stderr.write(`      ${bytes} bytes\n`);
  });

  it(`has the first rates on the screen within ${FIRST_RATES_MS} ms at the median of ${TRIES} visits with a cold cache`, async () => {
    const visited = async () => {
      const { page } = await openPage(browser, url);
      await page.addInitScript(`new MutationObserver((_, observer) => {
        if (document.querySelectorAll('.card .rate').length < 7) return;
        observer.disconnect();
        requestAnimationFrame(() => { window.firstRates = performance.now(); });
      }).observe(document, { childList: true, subtree: true });`);
      await page.goto('/');
      const shown = await eventually(async () => {
        const ms = Math.round(await page.evaluate<number>('window.firstRates'));
        expect(ms).to.be.greaterThan(0);
        return ms;
      });
      await page.context().close();
      return shown;
    };
    const medians: number[] = [];
    while (medians.length < MOST_ROUNDS && Math.min(...medians) > FIRST_RATES_MS) {
      const times: number[] = [];
      while (times.length < TRIES) times.push(await visited());
      process.stderr.write(`      ${times.join(', ')} ms\n`);
      medians.push(times.sort((one, other) => one - other)[Math.floor(TRIES / 2)] as number);
    }
    expect(Math.min(...medians)).to.be.at.most(FIRST_RATES_MS);
  });
});
