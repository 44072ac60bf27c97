import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { screenshot } from '../../support/browser.ts';
import { usePipeline } from '../../support/dashboard.ts';
import { eventually } from '../../support/eventually.ts';

const TOPIC = 'fx.rates.v1';

describe('the pipeline view', function () {
  this.timeout(60_000);
  const start = usePipeline();

  const publishJunk = (parts: Awaited<ReturnType<typeof start>>['parts'], ...values: string[]) =>
    parts.stream.publish(
      TOPIC,
      values.map((value) => ({
        key: Buffer.from('USD-KES'),
        value: Buffer.from(value),
        headers: {},
      })),
    );
  /** As the API sends it, as far as the list shows it. */
  const createRun = (n: number) => ({
    run_id: `run-${n}`,
    source: 'simulator',
    trigger: 'manual',
    state: 'failed',
    asked_at: '2026-01-02T03:04:05Z',
    ended_at: '2026-01-02T03:04:06Z',
    missing: [],
    failure_code: 'provider_unusable',
    failure_detail: null,
    reason: `what the provider sent: ${n}`,
  });
  const rowTexts = async (page: Page, panel: string) =>
    page.locator(`${panel} tbody tr`).allTextContents();

  it('updates at a click, and shows each event the moment it is stored', async () => {
    const { parts, page } = await start();
    parts.producer();
    await parts.query(`
      insert into services (service, instance, started_at, seen_at, health)
      select service, 'here', now(), now(), '{"trouble": null, "lag": "0"}'
      from unnest(array['producer', 'consumer']) as service`);
    await page.goto('/?view=pipeline');
    await page.getByText('connected', { exact: true }).waitFor();
    await eventually(async () => expect(await rowTexts(page, '.live')).to.have.length(7));
    await page.getByRole('button', { name: 'Update now' }).click();
    await page.getByText(/Done .*: the rates are readable/).waitFor();
    await eventually(async () =>
      expect(await page.locator('.live tbody tr.is-new').count()).to.be.at.least(7),
    );
    await eventually(async () =>
      expect(await page.locator('tbody tr').first().textContent()).to.match(/manual.*confirmed/),
    );
    await screenshot(page, 'pipeline');
  });

  it('lists events by when they were stored, not by the day of their rate', async () => {
    const { parts, page } = await start();
    parts.producer();
    await page.goto('/?view=pipeline');
    await page.getByText('connected', { exact: true }).waitFor();
    await eventually(async () => expect(await rowTexts(page, '.live')).to.have.length(7));
    await parts.query(`
      insert into rate_observations (event_id, run_id, source, base_currency, quote_currency, mid,
        observed_at, fetched_at)
      values (gen_random_uuid(), 'late', 'simulator', 'USD', 'KES', 128.5,
        now() - interval '40 days', now())`);
    await parts.query(`select announce('rates')`);
    await eventually(async () => {
      const [first, ...rest] = await rowTexts(page, '.live');
      expect(first).to.contain('128.5');
      expect(rest).to.have.length(7);
    });
    await page.reload();
    await eventually(async () => expect((await rowTexts(page, '.live'))[0]).to.contain('128.5'));
  });

  it('filters runs and events, and keeps the filter in the URL', async () => {
    const { parts, page } = await start();
    parts.producer();
    await page.goto('/?view=pipeline');
    // Before that, a manual run would coalesce with it.
    await page.locator('tbody tr', { hasText: /catch-up.*confirmed/ }).waitFor();
    await page.getByRole('button', { name: 'Update now' }).click();
    await page.getByText(/Done .*: the rates are readable/).waitFor();
    await page.getByLabel('Trigger').selectOption('manual');
    await page.waitForURL(/run_trigger=manual/);
    const runs = page.locator('.panel', { hasText: 'Runs' }).locator('tbody tr');
    await eventually(async () => {
      const texts = await runs.allTextContents();
      expect(texts).to.have.length(1);
      expect(texts[0]).to.contain('manual');
    });
    await page.getByLabel('Currency').selectOption('KES');
    await page.waitForURL(/event_quote=KES/);
    await page.reload();
    await eventually(async () => {
      const texts = await rowTexts(page, '.live');
      expect(texts).to.have.length(2);
      for (const text of texts) expect(text).to.contain('USD/KES');
    });
    await page.getByLabel('State', { exact: true }).selectOption('failed');
    await page.getByText('No run matches.').waitFor();
  });

  it('shows a dead letter with cause, next step and payload, and a failed redrive', async () => {
    const { parts, page } = await start();
    await publishJunk(parts, 'no avro at all');
    await page.goto('/?view=pipeline');
    const letter = page.locator('.dead-letter');
    await letter.waitFor();
    expect(await letter.textContent()).to.match(
      /#\d+ .*Confluent framing.*Next step: Fix the producer/,
    );
    await letter.getByText('Payload').click();
    await eventually(async () =>
      expect(await letter.locator('.hex').textContent())
        .to.contain('6e 6f 20 61 76 72 6f')
        .and.contain('no avro at all'),
    );
    await letter.getByRole('button', { name: 'Redrive' }).click();
    await eventually(async () =>
      expect(await page.locator('.dead-letter').textContent()).to.match(/Redrive failed: /),
    );
  });

  it('closes the selected dead letters at once', async () => {
    const { parts, page } = await start();
    await publishJunk(parts, 'first', 'second', 'third');
    await page.goto('/?view=pipeline');
    await eventually(async () => expect(await page.locator('.dead-letter').count()).to.equal(3));
    await page.locator('.dead-letter').nth(1).getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Close selected' }).click();
    await eventually(async () => expect(await page.locator('.dead-letter').count()).to.equal(2));
    await page.getByLabel('Select all').check();
    await page.getByRole('button', { name: 'Close selected' }).click();
    await page.getByText('No open dead letters.').waitFor();
    await page.getByRole('button', { name: 'closed' }).click();
    await page.waitForURL(/dead_letters=closed/);
    await eventually(async () => expect(await page.locator('.dead-letter').count()).to.equal(3));
  });

  it('keeps a reason open, by its run, and where the list is scrolled to', async () => {
    const { page } = await start();
    let runs = Array.from({ length: 40 }, (_, n) => createRun(n));
    await page.route('**/v2/runs?**', (route) =>
      route.fulfill({ json: { data: runs, meta: { next_cursor: null } } }),
    );
    await page.goto('/?view=pipeline&run_state=FAILED');
    const panel = page.locator('.panel', { has: page.getByRole('heading', { name: 'Runs' }) });
    const findRow = (n: number) => panel.locator(`[data-key=run-${n}]`);
    await findRow(39).getByText('Details').click();
    const scroll = () => panel.locator('.scroll').evaluate((one) => one.scrollTop);
    const before = await scroll();
    expect(before).to.be.greaterThan(100);
    runs = [createRun(40), ...runs];
    await page.getByLabel('Trigger').selectOption('manual');
    await findRow(40).waitFor();
    expect(await panel.locator('details[open]').count()).to.equal(1);
    expect(await findRow(39).locator('details[open]').count()).to.equal(1);
    expect(await scroll()).to.be.at.least(before);
  });

  it('follows a link to its dead letters from another view', async () => {
    const { parts, page } = await start();
    await publishJunk(parts, 'no avro at all');
    await eventually(async () =>
      expect(await parts.query('select from dead_letters')).to.have.length(1),
    );
    await page.setViewportSize({ width: 1000, height: 500 });
    await page.goto('/');
    const cell = page.locator('.health-cell', { hasText: 'Dead letters' });
    await eventually(async () => expect(await cell.textContent()).to.equal('Dead letters1'));
    await cell.getByRole('link').click();
    const heading = page.getByRole('heading', { name: 'Dead letters' });
    await eventually(async () => expect((await heading.boundingBox())?.y).to.be.within(0, 400));
    expect(new URL(page.url()).hash).to.equal('#dead-letters');
  });

  it('keeps the events of the newest filter, also when the one before answers later', async () => {
    const { parts, page } = await start();
    parts.producer();
    await page.goto('/?view=pipeline');
    await page.getByText('connected', { exact: true }).waitFor();
    await eventually(async () => expect(await rowTexts(page, '.live')).to.have.length(7));
    await page.reload();
    await eventually(async () => expect(await rowTexts(page, '.live')).to.have.length(7));
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/v2/observations/latest?*quotes=KES', async (route) => {
      await released;
      await route.continue();
    });
    await page.getByLabel('Currency').selectOption('KES');
    await page.getByLabel('Currency').selectOption('NGN');
    await eventually(async () => expect(await rowTexts(page, '.live')).to.have.length(1));
    const late = page.waitForResponse('**/v2/observations/latest?*quotes=KES');
    release();
    await (await late).finished();
    await parts.query(`
      insert into rate_observations (event_id, run_id, source, base_currency, quote_currency, mid,
        observed_at, fetched_at)
      values (gen_random_uuid(), 'new', 'simulator', 'USD', 'NGN', 1500, now(), now())`);
    await parts.query(`select announce('rates')`);
    await eventually(async () => expect(await rowTexts(page, '.live')).to.have.length(2));
  });

  it('takes the values of its URL in any case, and names those that it ignores', async () => {
    const { parts, page } = await start();
    await publishJunk(parts, 'no avro at all');
    await page.goto('/?view=Pipeline&dead_letters=OPEN');
    await page.locator('.dead-letter').waitFor();
    expect(await page.locator('[aria-pressed=true]').textContent()).to.equal('open');
    await page.goto('/?view=pipeline&dead_letters=x');
    await page.getByText('Unknown in the URL, ignored: dead_letters=x.').waitFor();
    await page.locator('.dead-letter').waitFor();
    await page.goto('/?view=constructor&constructor=1');
    await page.getByText('ignored: view=constructor, constructor=1.').waitFor();
    await page.getByText('No rates yet.').waitFor();
  });

  it('says what to do while there are no runs, events or dead letters', async () => {
    const { page } = await start();
    await page.goto('/');
    await page.getByText('No rates yet.').waitFor();
    await page.getByRole('link', { name: 'Pipeline' }).click();
    await page.getByText('No run yet.').waitFor();
    await page.getByText('No open dead letters.').waitFor();
    await page.getByRole('link', { name: 'Loan book' }).click();
    await page.getByText(/npm run seed loads the sample/).waitFor();
  });
});
