import { expect } from 'chai';
import { accessibilityFaults, isTooWide, watchShifts } from '../../support/browser.ts';
import { useService, waitForPanels, waitForRates } from '../../support/dashboard.ts';
import { eventually } from '../../support/eventually.ts';

const VIEWS = {
  rates: '/',
  pipeline: '/?view=pipeline',
  loans: '/?view=loans&as_of=2021-10-15&loan=32u09wekjbfje',
};
/** What browsers call good. */
const MAX_SHIFT = 0.1;
const MAX_BYTES = 150_000;

describe('the quality of the dashboard', function () {
  this.timeout(60_000);
  const service = useService();

  it('works from the keyboard alone: views, history, charts and tables', async () => {
    const page = await service.open('/?range=1m');
    await waitForRates(page);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).to.equal('Skip to content');
    await page.locator('.chart').focus();
    const last = await page.locator('.readout-day').textContent();
    // A rate that is stored meanwhile redraws the chart.
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
    await waitForRates(page);
    expect(new URL(page.url()).search).to.equal('?range=1m');
  });

  for (const [name, path] of Object.entries(VIEWS)) {
    it(`has no axe violation in ${name}: desktop by day, phone by night, tables open`, async () => {
      const page = await service.open(path);
      await waitForPanels(page);
      await page.locator('canvas, .live tbody tr').first().waitFor();
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.setViewportSize({ width: 360, height: 900 });
      // A panel that reloads meanwhile closes its tables.
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
    desktop: { viewport: { width: 1440, height: 900 } },
    phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  })) {
    for (const [name, path] of Object.entries(VIEWS)) {
      it(`does not shift its layout while ${name} loads, on a ${screen}`, async () => {
        const { page } = await service.newWindow(options);
        const measureShift = await watchShifts(page);
        await page.goto(path);
        await waitForPanels(page);
        await page.locator('canvas, .live tbody tr').first().waitFor();
        await page.locator('#health .fresh-mark').first().waitFor();
        expect(await measureShift()).to.be.at.most(MAX_SHIFT);
      });
    }
  }

  it(`weighs at most ${MAX_BYTES / 1000} kB with all its views`, async () => {
    const { page, weights } = await service.newWindow();
    await page.goto('/');
    await waitForRates(page);
    for (const view of ['Pipeline', 'Loan book']) {
      await page.getByRole('link', { name: view }).click();
      await waitForPanels(page);
    }
    await page.locator('.loans').waitFor();
    const bytes = [...weights.values()].reduce((sum, size) => sum + size, 0);
    expect(bytes).to.be.within(100_000, MAX_BYTES);
    process.stderr.write(`      ${bytes} bytes\n`);
  });
});
