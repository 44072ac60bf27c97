import { expect } from 'chai';
import { accessibilityFaults, isTooWide, screenshot } from '../support/browser.ts';
import { useService } from '../support/dashboard.ts';
import { documents } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';

/** The part of a page that its document fills, and the sidebar. */
const LINKS = 'main a[href], nav a[href]';

describe('the documentation of a running service', function () {
  this.timeout(60_000);
  const service = useService();

  it('lets a reader try out an operation at /docs, and shows the response', async () => {
    const page = await service.open('/docs');
    const operation = page.locator('#operations-Rates-convert');
    await operation.locator('.opblock-summary-control').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    const fill = (name: string, value: string) =>
      operation.locator(`tr[data-param-name="${name}"] :is(input, select)`).first().fill(value);
    await fill('from', 'KES');
    await fill('to', 'USD');
    await fill('amount', '1250.50');
    await operation.getByRole('button', { name: 'Execute' }).click();
    const live = operation.locator('.live-responses-table');
    expect(await live.locator('tr.response td.response-col_status').textContent()).to.contain(
      '200',
    );
    expect(await live.textContent()).to.contain('"amount": "1250.50"');
    await screenshot(page, 'try-it-out');
  });

  it('shows every document; its links and pictures lead to pages that are served', async () => {
    const page = await service.open('/docs/guide');
    const seen = new Set<string>();
    const dead: string[] = [];
    for (const { file } of documents.filter(({ file }) => /^docs\/|^[A-Z]+\.md$/.test(file))) {
      const at = `${service.url}/docs/guide/${file}`;
      const response = await page.goto(at);
      expect(response?.status(), file).to.equal(200);
      expect(await page.locator('th:empty').count(), file).to.equal(0);
      const found = await page.evaluate<string[]>(
        `[...document.querySelectorAll('${LINKS}')].map(({ href }) => href)
          .concat([...document.images].map(({ src }) => src))`,
      );
      for (const url of found.filter((one) => one.startsWith(service.url))) {
        const address = url.split('#')[0] as string;
        if (seen.has(address)) continue;
        seen.add(address);
        const { status } = await fetch(address, { headers: { Accept: 'text/html,*/*' } });
        if (status !== 200) dead.push(`${file}: ${url} ${status}`);
      }
    }
    expect(dead).to.deep.equal([]);
    expect(seen.size).to.be.greaterThan(30);
  });

  it('finds a section by a word that is in its text, and leads to its heading', async () => {
    const page = await service.open('/docs/guide');
    await screenshot(page, 'guide');
    await page.getByLabel('Search').fill('pg_wal');
    const result = page.getByRole('link', { name: 'Runbook: A full disk' });
    await result.click();
    await page.waitForURL(/docs\/runbook\.md#a-full-disk$/);
    expect(await page.locator('#a-full-disk').textContent()).to.equal('A full disk');
    const current = page.locator('nav a[aria-current]');
    await eventually(async () => expect(await current.textContent()).to.equal('runbook'));
  });

  it('has no axe violation, on a desktop by day and on a phone by night', async () => {
    const page = await service.open('/docs/guide/docs/runbook.md');
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 360, height: 900 });
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    expect(await isTooWide(page)).to.equal(false);
    await screenshot(page, 'guide-phone');
  });

  it('gives programs the Markdown, and an index of it at /llms.txt', async () => {
    const index = await (await fetch(`${service.url}/llms.txt`)).text();
    expect(index).to.match(/^# fx-rates\n\n> Mid-market USD exchange rates/);
    const links = [...index.matchAll(/\]\(([^)]+)\)/g)].map(([, path]) => path as string);
    expect(links).to.include.members(['docs/guide/docs/api.md', 'openapi.json']);
    for (const path of links)
      expect((await fetch(`${service.url}/${path}`)).status, path).to.equal(200);
    const markdown = await fetch(`${service.url}/docs/guide/docs/api.md`);
    expect(markdown.headers.get('content-type')).to.match(/^text\/markdown/);
    expect(await markdown.text()).to.match(/^# The API/);
  });
});
