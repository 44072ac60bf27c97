import { createRequire } from 'node:module';
import { expect } from 'chai';

/** Once the stubs are there. */
const load = createRequire(import.meta.url);
const DATA = '../../../dashboard/data';
const VIEWS = ['rates', 'pipeline', 'loans'];

/** What the modules use of a browser, as far as these tests go. */
const window = new EventTarget();
const observed: { element: unknown; margin: unknown }[] = [];
const location = { search: '', hash: '', pathname: '/' };
const stubs = {
  location,
  requestAnimationFrame: setImmediate,
  addEventListener: window.addEventListener.bind(window),
  document: { baseURI: 'http://localhost/', addEventListener: () => {} },
  IntersectionObserver: class {
    readonly margin: unknown;
    constructor(_: unknown, { rootMargin }: { rootMargin?: unknown } = {}) {
      this.margin = rootMargin;
    }
    observe = (element: unknown) => observed.push({ element, margin: this.margin });
    disconnect = () => {};
  },
};

describe('the dashboard', () => {
  before(() => void Object.assign(globalThis, stubs));
  after(() => {
    for (const name of Object.keys(stubs)) Reflect.deleteProperty(globalThis, name);
  });

  describe('shows the weeks of a long range', () => {
    const week = (from: string, to: string, last_date: string, last: string) => ({
      ...{ from, to, last_date, last, min: last, max: last, avg: last },
      ...{ count: 5, suspect: false, source: 'xe' },
    });
    const readWeeks = async (buckets: object[]) => {
      const data = buckets.map((bucket) => ({ ...bucket, quote: 'KES' }));
      const { fetch } = globalThis;
      globalThis.fetch = async () => Response.json({ data, meta: { next_cursor: null } });
      const range = { from: '2020-01-01', to: '2026-11-24' };
      const { loadSeries } = load(`${DATA}/rate-range.js`);
      const { series, side } = await loadSeries(['KES'], range, new AbortController().signal);
      globalThis.fetch = fetch;
      expect(side).to.equal('rate');
      return series[0];
    };

    it('on one day for all currencies, whichever day of the week had the last rate', async () => {
      const first = week('2026-11-16', '2026-11-22', '2026-11-22', '129.1');
      const second = week('2026-11-23', '2026-11-29', '2026-11-24', '129.2');
      for (const last_date of ['2026-11-21', '2026-11-22'])
        expect([
          ...(await readWeeks([{ ...first, last_date }, second])).points.keys(),
        ]).to.deep.equal(['2026-11-22', '2026-11-24']);
    });

    it('and closes their summary on the day of the last rate', async () => {
      const { summary } = await readWeeks([
        week('2026-11-16', '2026-11-22', '2026-11-20', '129.1'),
      ]);
      expect(summary).to.include({ closing: '129.1', closingDate: '2026-11-20', days: 5 });
    });
  });

  it('shows the rates and the range that the URL names in any case, else the default', () => {
    const { getSide, getRange } = load(`${DATA}/rate-range.js`);
    const read = (search: string) => {
      location.search = search;
      return `${getSide()} ${getRange().preset}`;
    };
    expect(read('')).to.equal('rate 3m');
    expect(read('?show=RATE&range=YEAR')).to.equal('rate year');
    expect(read('?show=Inverse&range=1Y')).to.equal('inverse 1y');
    expect(read('?show=x&range=constructor')).to.equal('rate 3m');
    expect(read('?show=&from=2026-99-99')).to.equal('rate 3m');
  });

  it('ignores what of the URL it names as unknown, and nothing else', () => {
    const { DAY, getChoice, listUnknown } = load(`${DATA}/params.js`);
    location.search = '?view=constructor&constructor=1&__proto__=2&from=2026-02-28&to=2026-02-30';
    const known = { view: VIEWS, from: DAY, to: DAY };
    expect(listUnknown(known).join()).to.equal(
      'view=constructor,constructor=1,__proto__=2,to=2026-02-30',
    );
    expect(getChoice('view', VIEWS, 'rates')).to.equal('rates');
    location.search = '?view=LOANS';
    expect(listUnknown(known)).to.deep.equal([]);
    expect(getChoice('view', VIEWS, 'rates')).to.equal('loans');
  });

  it('builds its parts shortly before they are in view, and all when it is printed', async () => {
    const { waitForView } = load(`${DATA}/schedule.js`);
    const { signal } = new AbortController();
    const wait = waitForView('below', signal);
    expect(observed.splice(0)).to.deep.equal([{ element: 'below', margin: '25% 0px' }]);
    window.dispatchEvent(new Event('beforeprint'));
    await wait;
    // What the first parts create after that.
    await waitForView('further below', signal);
  });
});
