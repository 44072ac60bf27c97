import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { usePipeline } from '../../support/dashboard.ts';
import { eventually } from '../../support/eventually.ts';
import { type Nginx, startNginx } from '../../support/nginx.ts';

const TOKEN = 'a-token-of-thirty-two-characters!';

describe('the dashboard in different browsers', function () {
  this.timeout(60_000);
  const start = usePipeline();

  const waitUntilConnected = (page: Page) =>
    page.getByText('connected', { exact: true }).waitFor({ timeout: 20_000 });
  /** Counts the event streams that the pages of a browser open. */
  const watchStreams = (page: Page) => {
    const opened: Page[] = [];
    page.context().on('request', (sent) => {
      if (sent.url().endsWith('/v2/events')) opened.push(sent.frame().page());
    });
    return opened;
  };

  it('shares one event stream between all tabs; another tab takes it over', async () => {
    const { parts, page } = await start();
    const streams = watchStreams(page);
    const tabs = [page];
    while (tabs.length < 7) tabs.push(await page.context().newPage());
    for (const tab of tabs) {
      await tab.goto('/?view=pipeline');
      await waitUntilConnected(tab);
    }
    expect(streams).to.deep.equal([page]);
    parts.producer();
    for (const tab of tabs)
      await eventually(async () =>
        expect(await tab.locator('.live tbody tr.is-new').count()).to.equal(7),
      );
    // The tab that holds the stream leaves.
    await page.goto('about:blank');
    await eventually(() => expect(streams).to.have.length(2));
    const [, ...others] = tabs;
    for (const tab of others) await waitUntilConnected(tab);
    expect(others).to.include(streams[1]);
  });

  it('follows events where Web Locks are unavailable, as without https', async () => {
    const { parts, page } = await start();
    await page.addInitScript(`Object.defineProperty(navigator, 'locks', { value: undefined })`);
    await page.goto('/?view=pipeline');
    await waitUntilConnected(page);
    parts.producer();
    await eventually(async () =>
      expect(await page.locator('.live tbody tr.is-new').count()).to.equal(7),
    );
  });

  it('works in browsers without AbortSignal.any and AbortSignal.timeout', async () => {
    const { parts, page } = await start();
    await page.addInitScript('delete AbortSignal.any; delete AbortSignal.timeout;');
    parts.producer();
    await page.goto('/');
    await eventually(async () => expect(await page.locator('.card .rate').count()).to.equal(7));
    await page.locator('.chart canvas').waitFor();
    await page.locator('.conversion-result').waitFor();
    expect(await page.locator('#banners').textContent()).to.not.match(/OFFLINE/);
  });

  it('works below a path prefix, with its documentation and its links, behind nginx', async () => {
    let nginx: Nginx | undefined;
    const { parts, page } = await start({ trustProxy: 1, apiToken: TOKEN }, async (url) => {
      nginx = await startNginx(
        `location /fx/ { proxy_pass ${url}/; proxy_buffering off; proxy_http_version 1.1;
           proxy_set_header X-Forwarded-Prefix /fx; }`,
      );
      return nginx.url;
    });
    const requested: string[] = [];
    page.on('request', (sent) => requested.push(new URL(sent.url()).pathname));
    try {
      parts.producer();
      await page.goto('/fx/');
      await eventually(async () => expect(await page.locator('.card .rate').count()).to.equal(7));
      await page.locator('.chart canvas').waitFor();
      await page.getByRole('link', { name: 'Pipeline' }).click();
      await waitUntilConnected(page);
      expect(new URL(page.url()).pathname).to.equal('/fx/');

      const docs = await page.goto('/fx/docs');
      expect(docs?.status()).to.equal(200);
      await page.locator('.opblock').first().waitFor();

      const headers = { authorization: `Bearer ${TOKEN}` };
      const pageOfRates = await page.request.get('/fx/v2/rates?limit=1');
      const [, next] = /^<([^>]+)>; rel="next"/.exec(pageOfRates.headers()['link'] ?? '') ?? [];
      const following = new URL(String(next), pageOfRates.url());
      expect(following.pathname + following.search).to.match(/^\/fx\/v2\/rates\?.*cursor=/);
      expect((await page.request.get(following.href)).status()).to.equal(200);
      const run = await page.request.post('/fx/v2/runs', { headers });
      const location = String(run.headers()['location']);
      expect(location).to.match(/^\/fx\/v2\/runs\//);
      expect((await page.request.get(location)).status()).to.equal(200);

      expect(requested.filter((path) => !path.startsWith('/fx/'))).to.deep.equal([]);
      await page.goto('about:blank');
    } finally {
      await nginx?.stop();
    }
  });
});
