import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { screenshot } from '../../support/browser.ts';
import { useService, waitForPanels } from '../../support/dashboard.ts';
import { eventually } from '../../support/eventually.ts';
import { get } from '../../support/process.ts';

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
    expect(await detail.textContent()).to.contain(
      'At risk201,580.6666 KESDays past due49PAR days85',
    );
    const heads = await detail.locator('th').allTextContents();
    expect(heads).to.include('Missed (KES)').and.include('Unpaid (KES)');
    const portfolio = page.locator('.portfolio-group').first();
    expect(await portfolio.textContent()).to.match(
      /^KES2 loans40,030,659\.9858201,580\.66661\.51 %1\.51 %.*31-60 days: 1\.51 % \(1 loan\)/,
    );
    // All currencies are in sight: only the page scrolls.
    const wrapper = page.locator('.portfolio .wide');
    expect(await wrapper.evaluate((one) => one.scrollHeight - one.clientHeight)).to.equal(0);
    expect(await page.getByText('PAR30', { exact: true }).first().getAttribute('title')).to.match(
      /^Portfolio at risk: the outstanding balance of loans more than 30 days past due/,
    );
    await page.setViewportSize({ width: 1280, height: 900 });
    const loans = page.locator('.scroll:has(.loans)');
    expect(await loans.evaluate((one) => one.scrollWidth - one.clientWidth)).to.equal(0);
    await page.locator('.wide-first canvas').waitFor();
    await page.setViewportSize({ width: 1440, height: 1040 });
    await page.evaluate('scrollTo(0, 0)');
    await screenshot(page, 'loans');
    await page.setViewportSize({ width: 1440, height: 900 });
    const text = await save(page, 'Loans as CSV');
    expect(text).to.contain('201580.6666');
    expect(text.trim().split('\n')).to.have.length(5);
    // There are no rates of 2021: an unknown amount in USD is not shown as nothing.
    await page.getByRole('button', { name: 'USD', exact: true }).click();
    await eventually(async () =>
      expect(await page.locator('.portfolio-group').textContent()).to.match(
        /^USD4 loansunknownunknown––current: – \(3 loans\).*31-60 days: – \(1 loan\)/,
      ),
    );
    const unknown = row.getByText('unknown').first();
    await eventually(async () =>
      expect(await unknown.getAttribute('title')).to.equal('No rate for KES: see the notes.'),
    );
    await detail.getByText('Amounts of one loan are in its own currency, KES.').waitFor();
    expect(await page.getByText('Tolerance 0:', { exact: false }).count()).to.equal(1);
  });

  it('names the rates behind amounts in USD, simulated and suspect ones too', async () => {
    await service.database.query(`
      insert into daily_rates (rate_date, base_currency, quote_currency, source, mid, observed_at,
                               fetched_at, event_id)
      select day, 'USD', code, 'simulator', mid, day, day, gen_random_uuid()
      from (values (date '2021-10-13', 'KES', 80), ('2021-10-14', 'KES', 110),
                   ('2021-10-14', 'NGN', 411)) rate(day, code, mid)`);
    const page = await service.open('/?view=loans&as_of=2021-10-15&in=usd');
    const used =
      '1 USD = 110 KES (rate of 2021-10-14, source simulator). SIMULATED, not a real rate. ' +
      'SUSPECT: more than 20 % off the last rate before it.';
    await page.locator('.portfolio .notes').getByText(used).waitFor();
    // The total is that of the API: rounded buckets do not add up to it.
    const { meta, data } = await readPar('2021-10-15');
    expect(meta.rates.map(({ rate }) => rate)).to.deep.equal(['110', '411']);
    const total = data.find(
      ({ currency, measure }) => `${currency} ${measure}` === 'USD portfolio',
    );
    const cells = await page.locator('.portfolio-group td').allTextContents();
    expect(cells[1]?.replaceAll(',', '')).to.equal(total?.outstanding_balance);
    await service.database.query("delete from daily_rates where rate_date < '2022-01-01'");
  });

  it('exports the loans as they are filtered and sorted', async () => {
    const page = await service.open('/?view=loans&as_of=2021-10-15&sort=outstanding_balance.down');
    await page.getByRole('searchbox', { name: 'Find loans' }).fill('jane');
    await page.waitForURL(/find=jane/);
    await page.getByText('2 loans.', { exact: false }).first().waitFor();
    const ids = async () =>
      (await save(page, 'Loans as CSV'))
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',')[0]);
    expect(await ids()).to.deep.equal(['09u924rbwf', '32u09wekjbfje']);
    await page.getByRole('combobox', { name: 'Status' }).selectOption('in_arrears');
    await page.waitForURL(/status=in_arrears/);
    await eventually(async () => expect(await page.locator('.loans tbody tr').count()).to.equal(1));
    expect(await ids()).to.deep.equal(['32u09wekjbfje']);
  });

  it('filters by branch, currency and days past due, in the URL and in the exports', async () => {
    const url = '/?view=loans&as_of=2021-10-15&min_days=31&branch=KENYA';
    const page = await service.open(url);
    const rows = page.locator('.loans tbody tr');
    const branch = page.getByRole('combobox', { name: 'Branch' });
    await eventually(async () => expect(await branch.inputValue()).to.equal('kenya'));
    expect(await page.getByLabel('Days past due, at least').inputValue()).to.equal('31');
    await eventually(async () => expect(await rows.count()).to.equal(1));
    expect((await save(page, 'Loans as CSV')).trim().split('\n')).to.have.length(2);
    await page.getByLabel('Days past due, at least').fill('');
    await eventually(async () => expect(await rows.count()).to.equal(2));
    await page.getByRole('combobox', { name: 'Currency' }).selectOption('NGN');
    await page.getByText('No loans.').waitFor();
    await branch.selectOption('');
    await eventually(async () => expect(await rows.count()).to.equal(2));
    expect(new URL(page.url()).search).to.equal('?view=loans&as_of=2021-10-15&currency=NGN');
  });

  it('names what of the URL it does not know, and loads the rest', async () => {
    const { page, faults } = await service.newWindow();
    await page.goto('/?view=loans&in=eur&status=late&branch=mars&days=31');
    await page.getByText('Unknown in the URL, ignored: in=eur, days=31.').waitFor();
    await page.getByText('status: use one of in_arrears', { exact: false }).waitFor();
    await waitForPanels(page);
    expect(await page.locator('.panel:not([hidden]) .skeleton').count()).to.equal(0);
    expect(await page.getByLabel('Status').locator(':checked').textContent()).to.equal(
      'unknown: late',
    );
    expect(await page.getByLabel('Branch').locator(':checked').textContent()).to.equal(
      'unknown: mars',
    );
    expect((faults as string[]).splice(0).join()).to.match(
      /400 .Bad Request. [^,]*status=late[^,]*$/,
    );
  });

  it('keeps the focus on a loan far down that is chosen', async () => {
    const page = await service.open('/?view=loans&as_of=2021-10-15');
    await page.route('**/v2/loans?**', async (route) => {
      const { data, meta } = await (await route.fetch()).json();
      const before = Array.from({ length: 40 }, (_, n) => ({ ...data[0], loan_id: `loan ${n}` }));
      await route.fulfill({ json: { data: [...before, ...data], meta } });
    });
    await page.getByRole('searchbox', { name: 'Find loans' }).fill('jane');
    const chooser = page.locator('.loans tbody tr').nth(40).getByRole('button');
    const loan = await chooser.textContent();
    await chooser.press('Enter');
    await page.locator('.loans tr.is-chosen', { hasText: loan ?? '' }).waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).to.equal(loan);
  });

  it('requests what it says of the book again, with the figures', async () => {
    await service.database.query('update loan_book set is_sample = true');
    const { page, faults } = await service.newWindow();
    let isDown = true;
    await page.route('**/v2/loan-book', (route) =>
      isDown ? route.fulfill({ status: 500, json: {} }) : route.continue(),
    );
    await page.goto('/?view=loans&as_of=2021-10-15');
    const portfolio = page.locator('.portfolio');
    await portfolio.getByText('The service responded with 500.').waitFor();
    isDown = false;
    await portfolio.getByRole('button', { name: 'Retry' }).click();
    await page.getByText('SAMPLE', { exact: true }).waitFor();
    await portfolio.locator('.portfolio-group').first().waitFor();
    for (const fault of (faults as string[]).splice(0)) expect(fault).to.match(/500 .*loan-book/);
  });

  it('says when a download of a loan fails', async () => {
    const { page, faults } = await service.newWindow();
    await page.route('**/history.csv?**', (route) =>
      route.fulfill({ status: 503, json: { detail: 'The database is down.' } }),
    );
    await page.goto('/?view=loans&as_of=2021-10-15&loan=32u09wekjbfje');
    await page.locator('.loan-detail').getByRole('button', { name: 'CSV' }).click();
    await page.locator('.loan-detail').getByText('The database is down.').waitFor();
    expect((faults as string[]).splice(0).join()).to.match(/^[^,]*503[^,]*$/);
  });

  it('says that a part has a fault in place of its placeholder', async () => {
    const { page, faults } = await service.newWindow();
    await page.route('**/v2/loans?**', (route) =>
      route.fulfill({ json: { data: [{}], meta: {} } }),
    );
    await page.goto('/?view=loans&as_of=2021-10-15');
    const loans = page.locator('.panel', { has: page.getByRole('heading', { name: 'Loans' }) });
    await loans.getByText('This part of the page has a fault.').waitFor();
    expect(await loans.locator('.skeleton').count()).to.equal(0);
    await eventually(() => expect((faults as string[]).pop()).to.match(/^uncaught: TypeError/));
  });

  it('brings the history of a loan into view when it is chosen', async () => {
    const page = await service.open('/?view=loans&as_of=2021-10-15');
    await page.setViewportSize({ width: 1280, height: 600 });
    await page.getByRole('heading', { name: 'Loans', exact: true }).scrollIntoViewIfNeeded();
    await page.locator('.loans tbody tr').first().getByRole('button').click();
    const heading = page.locator('.loan-detail h2');
    await eventually(async () => {
      const box = await heading.boundingBox();
      expect(box?.y).to.be.within(0, 500);
    });
  });

  it('opens on the newest day with activity, says why, and offers today', async () => {
    await service.database.query(`
      update loan_book set is_sample = true, notes = '[
        {"code": "rejected_rows", "count": 4, "loans": 2,
         "files": {"payment_schedule.csv": 3, "loan.csv": 1}}]'`);
    const page = await service.open('/?view=loans');
    const reason = 'Newest day with activity and open loans, not today';
    await page.locator('.toolbar').getByText(reason).waitFor();
    expect(new URL(page.url()).search).to.equal('?view=loans&as_of=2024-03-16');
    const date = page.getByLabel('As of the close of');
    expect(await date.inputValue()).to.equal('2024-03-16');
    await page.locator('.portfolio-group', { hasText: 'KES1 loan' }).waitFor();
    await page.getByText('Tolerance 0:', { exact: false }).waitFor();
    await page.getByText('SAMPLE', { exact: true }).waitFor();
    const lost = '3 instalments and 1 loan were rejected when this book was loaded';
    await page.locator('.banner', { hasText: lost }).waitFor();
    await page.getByRole('button', { name: 'Today' }).click();
    await page.waitForURL(new RegExp(`as_of=${new Date().toISOString().slice(0, 10)}`));
    await eventually(async () =>
      expect(await page.locator('.toolbar').textContent()).to.not.contain('Newest day'),
    );
  });

  type Par = {
    meta: { rates: { rate: string }[] };
    data: { currency: string | null; measure: string; outstanding_balance: string | null }[];
  };
  const readPar = async (day: string): Promise<Par> => {
    const par = await get<Par>(`${service.url}/v2/reports/par?as_of=${day}&in=USD`);
    if (!par) throw new Error('no response');
    return par.data;
  };

  /** Clicks an export and returns the file. */
  async function save(page: Page, name: string): Promise<string> {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name }).click(),
    ]);
    return readFileSync((await download.path()) ?? '', 'utf8');
  }
});
