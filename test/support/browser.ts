import { existsSync, mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { expect } from 'chai';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { skipWithout } from './requirements.ts';

/** The headless shell starts and paints faster than a whole browser. */
const PROGRAMS = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const SHOTS = process.env['SAVE_SCREENSHOTS'] ?? join(tmpdir(), 'fx-rates-screenshots');

/** Starts Chromium, or the program in BROWSER; null where there is none. */
export async function launchBrowser(): Promise<Browser | null> {
  const candidates = [process.env['BROWSER'] ?? '', ...PROGRAMS];
  const executablePath = candidates.find((path) => path !== '' && existsSync(path));
  if (!executablePath) return null;
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}

/**
 * Starts a browser, or skips the suite loudly. With REQUIRE_BROWSER=1 or REQUIRE_BROKER=1 its
 * absence is a failure.
 */
export async function startBrowser(suite: Mocha.Context): Promise<Browser> {
  const browser = await launchBrowser();
  const missing = `no browser: expected Chromium at ${PROGRAMS.join(', ')} or at BROWSER`;
  if (!browser && process.env['REQUIRE_BROWSER'] === '1') throw new Error(missing);
  skipWithout(suite, 'every test of the dashboard in a browser', browser ? null : missing);
  return browser as Browser;
}

export interface Visit {
  readonly page: Page;
  /** Console errors, requests to other origins, and violations of the security policy. */
  readonly faults: readonly string[];
  /** Bytes of each file of the page itself, by path: no answers of the API, no images. */
  readonly weights: ReadonlyMap<string, number>;
}

/** A person with a window of their own, watched for whatever a page must not do. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width: 1440, height: 900 },
    acceptDownloads: true,
    ...options,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  const weights = new Map<string, number>();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()))
      faults.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => faults.push(`uncaught: ${error.stack ?? error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !/^(blob|data):/.test(request.url()))
      faults.push(`foreign request: ${request.url()}`);
  });
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (response.ok() && (pathname === '/' || /^\/dashboard\/.*\.(js|css)$/.test(pathname)))
      void response.body().then(
        (body) => weights.set(pathname, body.length),
        () => {},
      );
  });
  await page.exposeFunction(
    'reportViolation',
    (what: string) => void faults.push(`security policy: ${what}`),
  );
  await page.addInitScript(
    `document.addEventListener('securitypolicyviolation', (event) =>
      reportViolation(event.violatedDirective + ' ' + event.blockedURI));`,
  );
  return { page, faults, weights };
}

/**
 * Delays the API's responses one by one, each to a page that is already on screen without it, and
 * measures the cumulative layout shift (0.1 counts as good). Call it before the page is opened.
 */
export async function watchShifts(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(`window.shifted = 0; new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries())
      if (!hadRecentInput) window.shifted += value;
  }).observe({ type: 'layout-shift', buffered: true });`);
  const onScreen = () =>
    page.evaluate(
      `new Promise((done) =>
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))`,
    );
  let last: Promise<unknown> = Promise.resolve();
  await page.route('**/v2/**', async (route) => {
    last = last.then(onScreen, onScreen);
    await last.catch(() => {});
    await route.continue();
  });
  return async () => {
    await onScreen();
    return page.evaluate<number>('window.shifted');
  };
}

/** The page's accessibility violations by axe, one line each. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate<string[]>(
    `axe.run().then(({ violations }) => violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html }) => id + ': ' + help + ' ' + html.slice(0, 160))))`,
  );
}

/** Whether the page can be scrolled sideways, which on a phone is a fault. */
export const isTooWide = (page: Page) =>
  page.evaluate<boolean>(
    'document.documentElement.scrollWidth > document.documentElement.clientWidth',
  );

/** Saves a screenshot to SAVE_SCREENSHOTS (docs/images for the documentation) or a temp folder. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  const path = join(SHOTS, `${name}.png`);
  await page.screenshot({ path, animations: 'disabled' });
  expect(statSync(path).size, `bytes of ${path}`).to.be.below(200_000);
}
