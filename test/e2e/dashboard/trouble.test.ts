import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { seedLoanBook } from '../../../loans/sample.ts';
import { openDatabase } from '../../../platform/database.ts';
import { accessibilityFaults, openPage, startBrowser } from '../../support/browser.ts';
import { eventually } from '../../support/eventually.ts';
import { type PipelineOptions, pipeline } from '../../support/pipeline.ts';

/** What a browser says of answers that are refused or do not come: here they are what is looked at. */
const EXPECTED = /Failed to load resource|net::ERR/;

describe('the dashboard in trouble', function () {
  this.timeout(60_000);
  let browser: Browser;
  let parts: Awaited<ReturnType<typeof pipeline>>;
  let page: Page;
  let faults: readonly string[];
  const stops: (() => unknown)[] = [];

  const using = async (options: PipelineOptions = {}) => {
    parts = await pipeline(options);
    await parts.consumer();
    const api = await parts.api();
    ({ page, faults } = await openPage(browser, api.url));
    return api;
  };

  before(async function () {
    browser = await startBrowser(this);
  });
  after(() => browser?.close());
  afterEach(async () => {
    await page.context().close();
    await parts.stop();
    for (const stop of stops.splice(0)) await stop();
    expect(faults.filter((fault) => !EXPECTED.test(fault))).to.deep.equal([]);
  });

  it('says why XE refused, in full, in the run and above all runs, and never as markup', async () => {
    const xe = await refusing('<b>Bad</b> credentials');
    stops.push(() => xe.server.close());
    await using({ xeUrl: xe.url });
    parts.producer();
    await page.goto('/?view=pipeline');
    const reason = /<b>Bad<\/b> credentials/;
    await eventually(async () =>
      expect(await page.locator('.latest-error').textContent()).to.match(reason),
    );
    expect(await page.locator('.latest-error b').count()).to.equal(0);
    await eventually(async () =>
      expect(await page.locator('td .reason').first().textContent()).to.match(reason),
    );
    await page.getByRole('button', { name: 'Pull now' }).click();
    await eventually(async () =>
      expect(await page.locator('.outcome').textContent()).to.match(
        /failed|Still under way|skipped/,
      ),
    );
  });

  it('shows why a simulator that is set to fail brings nothing, and that XE is left alone meanwhile', async () => {
    await using();
    parts.simulator.setFault('403');
    parts.producer();
    await page.goto('/?view=pipeline');
    await eventually(async () =>
      expect(await page.locator('.latest-error').textContent()).to.match(/got 403/),
    );
    await page.getByText('BREAKER OPEN').waitFor();
  });

  it('asks for the token once, keeps it for the tab, and says when it is the wrong one', async () => {
    await using({ apiToken: 'correct horse' });
    const db = openDatabase({ url: parts.url, name: 'seed' });
    await seedLoanBook(db);
    await db.destroy();
    parts.producer();
    await page.goto('/?view=loans&as_of=2021-10-15');
    await page.getByRole('textbox', { name: 'Token' }).fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('That was not the right one').waitFor();
    await page.getByRole('textbox', { name: 'Token' }).fill('correct horse');
    await page.keyboard.press('Enter');
    await page.locator('.loans tbody tr', { hasText: '201,580.6666' }).waitFor();
    await page.getByRole('link', { name: 'Pipeline' }).click();
    await page.getByRole('button', { name: 'Pull now' }).click();
    await page.getByText(/Done .*: the rates are readable/).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'Loan book' }).click();
    await page.locator('.portfolio-group').first().waitFor();
    expect(await page.locator('dialog').count()).to.equal(0);
    expect(page.url()).to.not.contain('horse');
  });

  it('leaves the loan book closed to whoever has no token, and offers another try', async () => {
    await using({ apiToken: 'correct horse' });
    await page.goto('/?view=loans');
    await page.getByRole('dialog', { name: 'API token' }).waitFor();
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await page.getByRole('button', { name: 'Not now' }).click();
    await eventually(async () =>
      expect(await page.locator('.panel-notice').first().textContent()).to.match(
        /needs the API token/,
      ),
    );
    expect(
      await page
        .locator('.panel-notice')
        .first()
        .getByRole('button', { name: 'Try again' })
        .count(),
    ).to.equal(1);
  });

  it('shows a dead letter with its reason and bytes, and what came of a redrive', async () => {
    await using();
    await parts.stream.publish('fx.rates.v1', [
      { key: Buffer.from('USD-KES'), value: Buffer.from('no avro at all'), headers: {} },
    ]);
    await page.goto('/?view=pipeline');
    const letter = page.locator('.letter');
    await letter.waitFor();
    await letter.getByText('Raw bytes').click();
    await eventually(async () =>
      expect(await letter.locator('.hex').textContent())
        .to.contain('6e 6f 20 61 76 72 6f')
        .and.contain('no avro at all'),
    );
    await letter.getByRole('button', { name: 'Redrive' }).click();
    await eventually(async () =>
      expect(await page.locator('.letter').textContent()).to.match(/Tried again in vain: /),
    );
  });

  it('says that it is offline and keeps what it has, and is whole again by itself when the service is back', async () => {
    await using();
    parts.producer();
    await page.goto('/');
    await eventually(async () => expect(await page.locator('.card .rate').count()).to.equal(7));
    await page.locator('#health .fresh-mark').first().waitFor();
    await page.context().setOffline(true);
    await page.evaluate(`window.dispatchEvent(new Event('online'))`);
    await page.getByText('OFFLINE').waitFor();
    expect(await page.locator('.card .rate').count()).to.equal(7);
    await page.context().setOffline(false);
    await eventually(async () =>
      expect(await page.locator('#banners').textContent()).to.not.match(/OFFLINE/),
    );
  });

  it('shows what it can when a file of its own does not come, and says so', async () => {
    await using();
    parts.producer();
    await page.route('**/rate-chart.js', (route) => route.abort());
    await page.goto('/');
    await eventually(async () => expect(await page.locator('.card .rate').count()).to.equal(7));
    await page.getByText('A part of this page could not be loaded.').waitFor();
    await page.locator('#health .fresh-mark').first().waitFor();
  });

  it('says loudly that rates are stale, that the breaker is open, and what a service complains of', async () => {
    await using({ consoleUrl: 'http://127.0.0.1:8080/' });
    await parts.query(`
      insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at, fetched_at, event_id)
      select current_date - 3, 'USD', 'KES', 'simulator', 129.5, now() - interval '3 days', now() - interval '3 days', gen_random_uuid()`);
    await parts.query(`
      insert into services values ('producer', 'here', now(), now(), '{"trouble": "the disk is full"}')`);
    await parts.query(`
      insert into breakers (source, credentials, status, reason, open_until)
      values ('simulator', 'simulator', 403, 'the trial is over', now() + interval '1 hour')`);
    await page.goto('/');
    await eventually(async () =>
      expect(await page.locator('#banners').textContent()).to.match(
        /BREAKER OPEN.*XE refused with 403: the trial is over/,
      ),
    );
    await eventually(async () =>
      expect(await page.locator('#banners').textContent()).to.match(/STALE.*KES.*3 days old/),
    );
    await eventually(async () =>
      expect(await page.locator('#banners').textContent()).to.match(/the disk is full/),
    );
    expect(await page.locator('.card[data-quote=KES] .marks').textContent()).to.match(/stale/);
    await page.getByRole('link', { name: 'Pipeline' }).click();
    expect(
      await page.getByRole('link', { name: 'Redpanda Console' }).getAttribute('href'),
    ).to.equal('http://127.0.0.1:8080/');
  });

  it('says what is to be done where there is nothing yet', async () => {
    await using();
    await page.goto('/');
    await page.getByText('No rates yet.').waitFor();
    await page.getByRole('link', { name: 'Pipeline' }).click();
    await page.getByText('No run yet.').waitFor();
    await page.getByText('No open dead letter.').waitFor();
    await page.getByRole('link', { name: 'Loan book' }).click();
    await page.getByText(/npm run seed loads the sample/).waitFor();
  });
});

/** An XE that lets nobody in. */
async function refusing(message: string): Promise<{ server: Server; url: string }> {
  const server = createServer((_req, res) => {
    res
      .writeHead(401, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ code: 1, message }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/` };
}
