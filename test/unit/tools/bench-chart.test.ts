import { expect } from 'chai';
import { drawChart } from '../../../tools/bench/chart.ts';
import { judge } from '../../../tools/bench/table.ts';

describe('the chart of a benchmark', () => {
  const bounds = [
    { figure: 'ours', beside: 'peer', atLeast: 0.8 },
    { figure: 'wait_ms', atMost: 100 },
  ];
  const draw = (figures: Record<string, number>) =>
    drawChart([judge({ name: 'case', about: '' }, [{ figures, bounds }])]);
  const widths = (svg: string) =>
    [...svg.matchAll(/width="(\d+)" height="18" fill="(#\w+)"/g)].map(([, width, colour]) => ({
      width: Number(width),
      colour,
    }));

  it('has a bar per bound, longer the further its figure is on the good side', () => {
    const [ratio, wait] = widths(draw({ ours: 120, peer: 100, wait_ms: 50 }));
    // 1.2 against at least 0.8, and 50 against at most 100.
    expect((wait?.width ?? 0) / (ratio?.width ?? 1)).to.be.closeTo(2 / 1.5, 0.02);
    expect([ratio?.colour, wait?.colour]).to.deep.equal(['#17594a', '#17594a']);
  });

  it('shows a missed bound in red, and the worst run of several', () => {
    const bad = { figures: { ours: 60, peer: 100, wait_ms: 200 }, bounds };
    const good = { figures: { ours: 100, peer: 100, wait_ms: 50 }, bounds };
    const svg = drawChart([judge({ name: 'case', about: '' }, [good, bad])]);
    expect(widths(svg).map(({ colour }) => colour)).to.deep.equal(['#a32318', '#a32318']);
    expect(svg).to.match(/>0\.6<.*\n.*>200</);
  });
});
