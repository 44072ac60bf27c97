import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from '../../test/support/browser.ts';
import { testDatabase } from '../../test/support/database.ts';
import { eventually } from '../../test/support/eventually.ts';
import { command, freePort, get } from '../../test/support/process.ts';
import { type BenchCase, median } from './case.ts';

interface Link {
  readonly kbits: number;
  readonly roundTripMs: number;
}
interface Visit {
  /** Seconds from the start of the navigation until seven rates were painted. */
  readonly rates: number;
  /** The same for the chart. */
  readonly chart: number;
  readonly requests: number;
  /** Bytes on the wire with headers, until the page was quiet. */
  readonly kilobytes: number;
}

const LINK: Link = { kbits: 1600, roundTripMs: 150 };
const SLOW_LINK: Link = { kbits: 400, roundTripMs: 400 };
const HISTORY_DAYS = 400;
/** What a page requests after its chart counts too. */
const QUIET_MS = 3000;

/** The dashboard in Chromium over throttled links, with 400 days of rates. */
export const slowLink: BenchCase = {
  name: 'slow-link',
  about: 'the dashboard over 1.6 Mbit/s with 150 ms, and over 400 kbit/s with 400 ms, in Chromium',
  run: async ({ quick, say }) => {
    const browser = await launchBrowser();
    if (!browser) throw new Error('needs Chromium, or BROWSER=/path/to/it');
    const database = await testDatabase();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const start = command('start', { DATABASE_URL: database.url, PORT: String(port) });
    try {
      say('it makes up its history');
      await eventually(async () => {
        const rates = (await get<unknown[]>(`${url}/v1/rates?currency=kes`))?.data;
        if (!Array.isArray(rates) || rates.length < HISTORY_DAYS) throw new Error(start.output());
      });
      // The first visit ever also bundles the page.
      await get(url);
      const first: Visit[] = [];
      const second: Visit[] = [];
      const slow: Visit[] = [];
      for (let round = 0; round < (quick ? 1 : 5); round++) {
        say(`round ${round + 1}`);
        const window = await browser.newContext({ viewport: { width: 1440, height: 900 } });
        first.push(await visit(window, url, LINK));
        second.push(await visit(window, url, LINK));
        await window.close();
        slow.push(await visitAnew(browser, url, SLOW_LINK));
      }
      return resultOf(first, second, slow);
    } finally {
      await browser.close();
      start.kill('SIGTERM');
      await start.exited;
      await database.drop();
    }
  },
};

function resultOf(first: readonly Visit[], second: readonly Visit[], slow: readonly Visit[]) {
  const medianOf = (visits: readonly Visit[], name: keyof Visit) =>
    median(visits.map((visit) => visit[name]));
  return {
    figures: {
      first_rates_s: medianOf(first, 'rates'),
      chart_s: medianOf(first, 'chart'),
      kilobytes: medianOf(first, 'kilobytes'),
      requests: medianOf(first, 'requests'),
      second_rates_s: medianOf(second, 'rates'),
      second_chart_s: medianOf(second, 'chart'),
      second_kilobytes: medianOf(second, 'kilobytes'),
      second_requests: medianOf(second, 'requests'),
      slow_first_rates_s: medianOf(slow, 'rates'),
      slow_chart_s: medianOf(slow, 'chart'),
    },
    bounds: [
      { figure: 'first_rates_s', atMost: 0.8 },
      { figure: 'chart_s', atMost: 1.6 },
      { figure: 'kilobytes', atMost: 75 },
      { figure: 'requests', atMost: 15 },
      { figure: 'second_rates_s', atMost: 0.5 },
      { figure: 'second_kilobytes', atMost: 10 },
      { figure: 'slow_first_rates_s', atMost: 2.5 },
    ],
  };
}

async function visitAnew(browser: Browser, url: string, link: Link): Promise<Visit> {
  const window = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const seen = await visit(window, url, link);
  await window.close();
  return seen;
}

async function visit(
  window: BrowserContext,
  url: string,
  { kbits, roundTripMs }: Link,
): Promise<Visit> {
  const page = await window.newPage();
  const network = await window.newCDPSession(page);
  const traffic = { requests: 0, bytes: 0 };
  network.on('Network.responseReceived', ({ response }) => {
    if (response.fromDiskCache || /^(data|blob):/.test(response.url)) return;
    traffic.requests++;
    traffic.bytes += response.encodedDataLength;
  });
  network.on('Network.dataReceived', ({ encodedDataLength }) => {
    traffic.bytes += encodedDataLength;
  });
  await network.send('Network.enable');
  await network.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: roundTripMs,
    downloadThroughput: (kbits * 1000) / 8,
    uploadThroughput: (kbits * 1000) / 8,
  });
  await page.addInitScript(WATCH_PAINTS);
  await page.goto(url);
  const paintedAt = await paints(page);
  await page.waitForTimeout(QUIET_MS);
  await page.close();
  return { ...paintedAt, requests: traffic.requests, kilobytes: traffic.bytes / 1000 };
}

async function paints(page: Page): Promise<Pick<Visit, 'rates' | 'chart'>> {
  return eventually(async () => {
    const { rates, chart } = await page.evaluate<{ rates: number; chart: number }>(
      'window.painted',
    );
    if (!rates || !chart) throw new Error('rates or chart not painted');
    return { rates: rates / 1000, chart: chart / 1000 };
  });
}

const WATCH_PAINTS = `
  window.painted = { rates: 0, chart: 0 };
  const isThere = {
    rates: () => document.querySelectorAll('.card .rate').length >= 7,
    chart: () => document.querySelector('.chart canvas'),
  };
  new MutationObserver((_, observer) => {
    for (const [name, found] of Object.entries(isThere)) {
      if (!found()) continue;
      delete isThere[name];
      requestAnimationFrame(() => { window.painted[name] = performance.now(); });
    }
    if (Object.keys(isThere).length === 0) observer.disconnect();
  }).observe(document, { childList: true, subtree: true });`;
