import { expect } from 'chai';
// @ts-expect-error: the dashboard has a tsconfig of its own
import { getHue } from '../../../dashboard/charts/series.js';
// @ts-expect-error: the dashboard has a tsconfig of its own
import { countColumns } from '../../../dashboard/ui/dom.js';

const EIGHT = ['NGN', 'GHS', 'KES', 'UGX', 'MAD', 'XOF', 'EGP', 'ZAR'];

describe('the dashboard with eight currencies', () => {
  it('gives each a colour of its own, the same each time', () => {
    const hues: number[] = EIGHT.map((code) => getHue(code));
    expect(EIGHT.map((code) => getHue(code))).to.deep.equal(hues);
    const sorted = [...hues].sort((a, b) => a - b);
    const gaps = sorted.map((hue, at) => (sorted[at + 1] ?? (sorted[0] ?? 0) + 360) - hue);
    expect(Math.min(...gaps)).to.be.at.least(30);
  });

  it('lays their cards out in even rows', () => {
    const columns = (most: number, ...cards: number[]) => cards.map((n) => countColumns(n, most));
    expect(columns(7, 1, 6, 7, 8, 9, 14, 15)).to.deep.equal([1, 6, 7, 4, 5, 7, 5]);
    expect(columns(4, 7, 8, 9)).to.deep.equal([4, 4, 3]);
  });
});
