import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { usePipeline } from '../../support/dashboard.ts';
import { eventually } from '../../support/eventually.ts';

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

  it('works below a path prefix', async () => {
    let server: Server | undefined;
    const { parts, page } = await start({}, async (url) => {
      server = await startPrefixProxy('/fx', url);
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
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
      expect(requested.filter((path) => !path.startsWith('/fx/'))).to.deep.equal([]);
      await page.goto('about:blank');
    } finally {
      server?.closeAllConnections();
      server?.close();
    }
  });
});

/** A reverse proxy that strips a prefix from the path. */
async function startPrefixProxy(prefix: string, target: string): Promise<Server> {
  const server = createServer((req, res) => {
    const path = req.url?.startsWith(`${prefix}/`) ? req.url.slice(prefix.length) : '/not-found';
    const { method, headers } = req;
    const forwarded = request(new URL(path, target), { method, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    forwarded.on('error', () => res.destroy());
    res.on('close', () => forwarded.destroy());
    req.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
