import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { accessibilityFaults } from '../../support/browser.ts';
import { usePipeline } from '../../support/dashboard.ts';
import { eventually } from '../../support/eventually.ts';

describe('the banners of the dashboard', function () {
  this.timeout(60_000);
  const start = usePipeline();
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  const readBanners = async (page: Page) =>
    (await page.locator('#banners .banner').allTextContents()).join('\n');
  const waitForBanner = (page: Page, pattern: RegExp) =>
    eventually(async () => expect(await readBanners(page)).to.match(pattern));

  /** An XE that answers every request with an error. */
  const startFailingXe = async (status: number, message: string) => {
    const server = createServer((_req, res) => {
      res
        .writeHead(status, { 'Content-Type': 'application/json' })
        .end(JSON.stringify({ code: 1, message }));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`;
  };

  it('explain an outage of XE once; the body of the response is in the details', async () => {
    const xeUrl = await startFailingXe(503, '<html><b>Bad</b> gateway</html>');
    const { parts, page } = await start({ xeUrl });
    await parts.query(`
      insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
        fetched_at, event_id)
      select current_date, 'USD', quote, 'simulator', 129.5, now(), now(), gen_random_uuid()
      from unnest('{NGN,GHS,KES,UGX,MAD,XOF,EGP}'::text[]) quote`);
    parts.producer();
    await page.goto('/?view=pipeline');
    await waitForBanner(
      page,
      /RETRYINGSimulator is unavailable \(503\)\. Retrying at \d\d:\d\d UTC\. Rates of [\d-]+ are/,
    );
    const banner = page.locator('#banners .banner', { hasText: 'RETRYING' });
    expect(await banner.count()).to.equal(1);
    expect((await readBanners(page)).match(/unavailable/g)).to.have.length(1);
    expect(await banner.locator('p').textContent()).to.not.contain('<');
    await banner.getByText('Details').click();
    expect(await banner.locator('pre').textContent()).to.contain('<b>Bad</b> gateway');
    expect(await page.locator('b').count()).to.equal(0);
    const reason = page.locator('td .reason').first();
    await eventually(async () =>
      expect(await reason.locator('pre').textContent()).to.contain('<b>Bad</b> gateway'),
    );
  });

  it('say that the circuit breaker is open, until when, and what to do', async () => {
    const { parts, page } = await start();
    parts.simulator.setFault('403');
    parts.producer();
    await page.goto('/?view=pipeline');
    await waitForBanner(
      page,
      /CIRCUIT BREAKER OPEN.*\(403\)\. No requests are sent before .* UTC\. Check the credentials/,
    );
    expect(await readBanners(page)).to.not.match(/RETRYING|UPDATE FAILED/);
    await page.getByRole('button', { name: 'Update now' }).click();
    await eventually(async () =>
      expect(await page.locator('.outcome').textContent()).to.match(/failed|Still running|skipped/),
    );
  });

  it('name stale rates and an unhealthy service', async () => {
    const { parts, page } = await start({ consoleUrl: 'http://127.0.0.1:8080/' });
    await parts.query(`
      insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
        fetched_at, event_id)
      select current_date - 3, 'USD', 'KES', 'simulator', 129.5, now() - interval '3 days',
        now() - interval '3 days', gen_random_uuid()`);
    await parts.query(`
      insert into services (service, instance, started_at, seen_at, health)
      values ('producer', 'here', now(), now(), '{"trouble": "the disk is full"}')`);
    await page.goto('/');
    await waitForBanner(page, /STALE RATES.*KES.*3 days old/);
    await waitForBanner(page, /SERVICE UNHEALTHY.*The disk is full\./);
    expect(await page.locator('.card[data-quote=KES] .marks').textContent()).to.match(/stale/);
    await page.getByRole('link', { name: 'Pipeline' }).click();
    expect(
      await page.getByRole('link', { name: 'Redpanda Console' }).getAttribute('href'),
    ).to.equal('http://127.0.0.1:8080/');
  });

  it('say that real rates are not updated without credentials, not simulated', async () => {
    const { parts, page } = await start();
    await parts.query(`
      insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
        fetched_at, event_id)
      select current_date - 1, 'USD', 'KES', 'xe', 129.5, now() - interval '1 day',
        now() - interval '1 day', gen_random_uuid()`);
    await page.goto('/');
    await waitForBanner(page, /NO CREDENTIALS.*Set XE_ACCOUNT_ID and XE_API_KEY, or/);
    const simulated = page.locator('#banners').getByText('SIMULATED', { exact: true });
    expect(await simulated.isVisible()).to.equal(false);
  });

  it("name the fallback of today's rates, and since when the first is unavailable", async () => {
    const { parts, page } = await start();
    await parts.query(`
      insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
        fetched_at, event_id)
      values ((now() at time zone 'UTC')::date, 'USD', 'KES', 'simulator-openexchangerates', 129.5,
        now(), now(), gen_random_uuid())`);
    await parts.query(`
      insert into runs (source, trigger, slot, currencies, state, error, failure_code)
      values ('simulator', 'schedule', date_trunc('day', now(), 'UTC') + interval '1 hour', '{KES}',
        'failed', 'XE: 503', 'provider_unavailable')`);
    await page.goto('/');
    await waitForBanner(
      page,
      /FALLBACK RATES.*KES of today from simulator-openexchangerates \(Simulator unavailable since/,
    );
  });

  it('stand beside a chart of the second source, with what diverges', async () => {
    const { parts, page } = await start();
    await parts.query(`
      insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
        fetched_at, event_id)
      select current_date - n, 'USD', quote, 'simulator', 100, now() - n * interval '1 day',
        now() - n * interval '1 day', gen_random_uuid()
      from generate_series(0, 9) n, unnest('{KES,NGN}'::text[]) quote`);
    await page.goto('/');
    await page.locator('.card .rate').first().waitFor();
    const chart = page.locator('section.quality');
    expect(await chart.isVisible(), 'one source').to.equal(false);
    await parts.query(`
      insert into second_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
        fetched_at, event_id)
      select rate_date, 'USD', quote_currency, 'simulator-openexchangerates',
        case when quote_currency = 'KES' and rate_date = current_date then 101.47 else 100.25 end,
        observed_at, fetched_at, gen_random_uuid()
      from daily_rates`);
    await page.reload();
    await chart.scrollIntoViewIfNeeded();
    await chart.locator('canvas').waitFor();
    expect(await chart.getByRole('img').getAttribute('aria-label')).to.match(
      /difference of Simulator of Open Exchange Rates in percent from [\d-]+ to .* for NGN, KES/,
    );
    const today = new Date().toISOString().slice(0, 10);
    expect(await chart.locator('.diverging').textContent()).to.equal(`divergesKES ${today} 1.47 %`);
    expect(await chart.locator('.readout').textContent()).to.match(
      /NGN 0\.25 %KES 1\.47 % diverges/,
    );
    await chart.getByText('Data table').click();
    await eventually(async () => expect(await chart.locator('tbody tr').count()).to.equal(20));
    expect(await chart.locator('tbody .mark').count()).to.equal(1);
    expect(await page.locator('.card[data-quote=KES] .marks').textContent()).to.match(/diverges/);
    expect(await accessibilityFaults(page)).to.deep.equal([]);
  });

  it('say that the service is offline, keep the content, and go when it is back', async () => {
    const { parts, page } = await start();
    parts.producer();
    await page.goto('/');
    await eventually(async () => expect(await page.locator('.card .rate').count()).to.equal(7));
    await page.locator('#health .fresh-mark').first().waitFor();
    await page.context().setOffline(true);
    await page.evaluate(`window.dispatchEvent(new Event('online'))`);
    await page.getByText('OFFLINE').waitFor();
    expect(await page.locator('.card .rate').count()).to.equal(7);
    await page.context().setOffline(false);
    await eventually(async () => expect(await readBanners(page)).to.not.match(/OFFLINE/));
  });

  it('are not needed to see what has loaded when a module fails to load', async () => {
    const { parts, page } = await start();
    parts.producer();
    await page.route('**/uPlot*.js', (route) => route.abort());
    await page.goto('/');
    await eventually(async () => expect(await page.locator('.card .rate').count()).to.equal(7));
    await page.getByText('The chart failed to load').waitFor();
    await page.locator('#health .fresh-mark').first().waitFor();
  });
});
