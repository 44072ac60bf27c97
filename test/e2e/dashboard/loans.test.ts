import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { screenshot } from '../../support/browser.ts';
import { useService } from '../../support/dashboard.ts';
import { eventually } from '../../support/eventually.ts';

describe('the loan book view', function () {
  this.timeout(60_000);
  const service = useService();

  it('shows the worked case as of 2021-10-15, and its history', async () => {
    const page = await service.open('/?view=loans&as_of=2021-10-15');
    const row = page.locator('.loans tbody tr', { hasText: '32u09wekjbfje' });
    await row.waitFor();
    const cells = await row.locator('td').allTextContents();
    expect(cells.slice(3, 7)).to.deep.equal(['in arrears', '49', '85', '201,580.6666 KES']);
    await row.getByRole('button').click();
    await page.waitForURL(/loan=32u09wekjbfje/);
    const detail = page.locator('.loan-detail');
    await eventually(async () => expect(await detail.locator('tbody tr').count()).to.equal(5));
    await detail.locator('canvas').nth(1).waitFor();
    expect(await detail.textContent()).to.contain('At risk201,580.6666Days past due49PAR days85');
    expect(await page.locator('.portfolio-group').first().textContent()).to.match(
      /KES 2 loans.*40,030,659\.9858.*201,580\.6666.*1\.51 %/,
    );
    await page.locator('.wide-first canvas').waitFor();
    await screenshot(page, 'loans');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Loans as CSV' }).click(),
    ]);
    expect(readFileSync((await download.path()) ?? '', 'utf8')).to.contain('201580.6666');
    // There are no rates of 2021: an unknown amount in USD is not shown as nothing.
    await page.getByRole('button', { name: 'USD', exact: true }).click();
    await eventually(async () =>
      expect(await page.locator('.portfolio-group').textContent()).to.match(
        /USD 4 loansOutstanding–At risk–PAR30–.*31-60 – 1/,
      ),
    );
  });
});
