import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { seedLoanBook } from '../../loans/sample.ts';
import { openPage, startBrowser, type Visit } from './browser.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import { eventually } from './eventually.ts';
import { type PipelineOptions, pipeline } from './pipeline.ts';
import { type Command, command, freePort, get } from './process.ts';

/** Browsers report refused and failed requests on the console; some tests cause them. */
const FAILED_REQUEST = /Failed to load resource|net::ERR/;

/**
 * `npm start` with the sample loan book and a browser, for all tests of a suite. Whatever the
 * browser complains of fails the test that caused it.
 */
export function useService() {
  let browser: Browser;
  let database: TestDatabase;
  let service: Command;
  let url = '';
  let visits: Visit[] = [];

  before(async function () {
    browser = await startBrowser(this);
    database = await testDatabase();
    await seedLoanBook(database.db);
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    service = command('start', {
      DATABASE_URL: database.url,
      PORT: String(port),
      UPDATE_COOLDOWN_SECONDS: '0',
    });
    await eventually(async () =>
      expect((await get(`${url}/livez`))?.status, service.output()).to.equal(200),
    );
  });
  after(async () => {
    await browser?.close();
    service?.kill('SIGTERM');
    await service?.exited;
    await database?.drop();
  });
  afterEach(async () => {
    const faults = visits.flatMap((visit) => visit.faults);
    await Promise.all(visits.map(({ page }) => page.context().close()));
    visits = [];
    expect(faults).to.deep.equal([]);
  });

  return {
    get url() {
      return url;
    },
    get database() {
      return database;
    },
    /** A window of its own that has not been anywhere yet. */
    async newWindow(options: Parameters<typeof openPage>[2] = {}, at = url): Promise<Visit> {
      const visit = await openPage(browser, at, options);
      visits.push(visit);
      return visit;
    },
    async open(path: string, options: Parameters<typeof openPage>[2] = {}): Promise<Page> {
      const { page } = await this.newWindow(options);
      await page.goto(path);
      return page;
    },
  };
}

/** A pipeline in this process for each test, started by parts, and a browser in front of it. */
export function usePipeline() {
  let browser: Browser;
  let parts: Awaited<ReturnType<typeof pipeline>> | undefined;
  let visit: Visit;

  before(async function () {
    browser = await startBrowser(this);
  });
  after(() => browser?.close());
  afterEach(async () => {
    await visit.page.context().close();
    await parts?.stop();
    expect(visit.faults.filter((fault) => !FAILED_REQUEST.test(fault))).to.deep.equal([]);
  });

  /**
   * Consumer, API and a page that has not been anywhere yet. The producer is the test's own.
   * `publish` puts something in front of the API and gives its address.
   */
  return async (
    options: PipelineOptions = {},
    publish = async (url: string): Promise<string> => url,
  ) => {
    parts = await pipeline(options);
    await parts.consumer();
    const api = await parts.api();
    visit = await openPage(browser, await publish(api.url));
    return { parts, api, page: visit.page };
  };
}

/** Not waitForFunction: it evaluates text in the page, which our security policy refuses. */
export async function waitForRates(page: Page): Promise<void> {
  for (const part of ['.card .rate', '.card .spark-line'])
    await eventually(async () => expect(await page.locator(part).count()).to.equal(7));
  await page.locator('.chart-and-converter').scrollIntoViewIfNeeded();
  await page.locator('.chart canvas').waitFor();
}

/** Waits until every panel has loaded, which it does once it comes into view. */
export async function waitForPanels(page: Page): Promise<void> {
  await page.locator('.panel h2').first().waitFor();
  const panels = page.locator('.panel:visible, .chart-and-converter');
  await eventually(async () => {
    for (const panel of await panels.all()) await panel.scrollIntoViewIfNeeded();
    expect(await page.locator('.chart-and-converter:empty').count()).to.equal(0);
    expect(await panels.locator('.skeleton').count()).to.equal(0);
    expect(await page.locator('[aria-busy]').count()).to.equal(0);
  });
}
