import { expect } from 'chai';
import { seedLoanBook } from '../../../loans/sample.ts';
import { openDatabase } from '../../../platform/database.ts';
import { accessibilityFaults } from '../../support/browser.ts';
import { usePipeline } from '../../support/dashboard.ts';
import { eventually } from '../../support/eventually.ts';

const apiToken = 'correct horse battery staple, and more';

describe('the dashboard of a service with an API token', function () {
  this.timeout(60_000);
  const start = usePipeline();

  it('asks for the token once, keeps it for the tab, and says when it is wrong', async () => {
    const { parts, page } = await start({ apiToken });
    const db = openDatabase({ url: parts.url, name: 'seed' });
    await seedLoanBook(db);
    await db.destroy();
    parts.producer();
    await page.goto('/?view=loans&as_of=2021-10-15');
    await page.getByRole('textbox', { name: 'Token' }).fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('Unauthorized: the token is wrong.').waitFor();
    await page.getByRole('textbox', { name: 'Token' }).fill(apiToken);
    await page.keyboard.press('Enter');
    await page.locator('.loans tbody tr', { hasText: '201,580.6666' }).waitFor();
    await page.getByRole('link', { name: 'Pipeline' }).click();
    await page.getByRole('button', { name: 'Update now' }).click();
    await page.getByText(/Done .*: the rates are readable/).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'Loan book' }).click();
    await page.locator('.portfolio-group').first().waitFor();
    expect(await page.locator('dialog').count()).to.equal(0);
    expect(page.url()).to.not.contain('horse');
  });

  it('keeps the loan book closed without the token, and offers a retry', async () => {
    const { page } = await start({ apiToken });
    await page.goto('/?view=loans');
    await page.getByRole('dialog', { name: 'API token' }).waitFor();
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await page.getByRole('button', { name: 'Cancel' }).click();
    const notice = page.locator('.panel-notice').first();
    await eventually(async () =>
      expect(await notice.textContent()).to.match(/needs the API token/),
    );
    expect(await notice.getByRole('button', { name: 'Retry' }).count()).to.equal(1);
  });

  it('does not ask again for what loads after a refusal, until Retry', async () => {
    const { page } = await start({ apiToken });
    // Nothing lasts for seconds only.
    await page.addInitScript(
      'const wait = setTimeout; setTimeout = (run, ms) => wait(run, ms < 1e4 ? ms % 1000 : ms);',
    );
    await page.goto('/?view=loans&as_of=2021-10-15');
    const dialog = page.getByRole('dialog', { name: 'API token' });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('needs the API token').first().waitFor();
    const refused = page.waitForResponse(
      (response) => response.status() === 401 && !response.url().includes('2021-10-15'),
    );
    await page.getByRole('button', { name: 'Today' }).click();
    await refused;
    await eventually(async () => expect(await page.locator('[aria-busy]').count()).to.equal(0));
    expect(await dialog.count()).to.equal(0);
    await page.getByRole('button', { name: 'Retry' }).first().click();
    await dialog.waitFor();
  });
});
