import { expect } from 'chai';
import { useService } from '../../support/dashboard.ts';
import { eventually } from '../../support/eventually.ts';

const MAX_FIRST_RATES_MS = 500;
/** Processor time of the page until then: other programs do not add to it. */
const MAX_FIRST_RATES_CPU_MS = 300;
const VISITS = 5;
/** A busy machine gets another round; its median is held to the same bound. */
const MAX_ROUNDS = 3;
const medianOf = (all: number[]) => [...all].sort((a, b) => a - b)[all.length >> 1] as number;

describe('the first visit to the dashboard', function () {
  this.timeout(60_000);
  const service = useService();

  it(`shows rates within ${MAX_FIRST_RATES_MS} ms, the median of cold visits`, async () => {
    const measureVisit = async () => {
      const { page } = await service.newWindow();
      const devtools = await page.context().newCDPSession(page);
      await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
      await page.addInitScript(`new MutationObserver((_, observer) => {
        if (document.querySelectorAll('.card .rate').length < 7) return;
        observer.disconnect();
        requestAnimationFrame(() => { window.firstRates = performance.now(); });
      }).observe(document, { childList: true, subtree: true });`);
      await page.goto('/');
      const shown = await eventually(async () => {
        const ms = Math.round(await page.evaluate<number>('window.firstRates'));
        expect(ms).to.be.greaterThan(0);
        return ms;
      });
      const { metrics } = await devtools.send('Performance.getMetrics');
      const busy = metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
      await page.context().close();
      return { shown, cpu: Math.round(busy * 1000) };
    };
    const medians: { shown: number; cpu: number }[] = [];
    const best = (of: 'shown' | 'cpu') => Math.min(...medians.map((one) => one[of]));
    while (medians.length < MAX_ROUNDS && best('shown') > MAX_FIRST_RATES_MS) {
      const visits: { shown: number; cpu: number }[] = [];
      while (visits.length < VISITS) visits.push(await measureVisit());
      const times = visits.map(({ shown, cpu }) => `${shown} (processor ${cpu})`);
      process.stderr.write(`      ${times.join(', ')} ms\n`);
      const of = (name: 'shown' | 'cpu') => medianOf(visits.map((visit) => visit[name]));
      medians.push({ shown: of('shown'), cpu: of('cpu') });
    }
    expect(best('cpu')).to.be.at.most(MAX_FIRST_RATES_CPU_MS);
    expect(best('shown')).to.be.at.most(MAX_FIRST_RATES_MS);
  });
});
