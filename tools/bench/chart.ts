import { type Bound, round } from './case.ts';
import { describeBound, measuredBy, type Verdict } from './table.ts';

interface Bar {
  readonly label: string;
  /** Our figure over the bound, or the bound over it where less is better: 1 just holds. */
  readonly margin: number;
  readonly text: string;
  /** Our figure and the peer's, where the bound is on their ratio. */
  readonly sides: string;
}

const WIDTH = 1000;
const [ROW, LABEL, TOP] = [26, 420, 28];
/** Margins above this end at the edge. */
const MOST = 3;
const UNIT = (WIDTH - LABEL - 190) / MOST;
const COLOURS = { good: '#17594a', missed: '#a32318' };

/** The bounded figures of all cases as an SVG: a bar that crosses the line holds its bound. */
export function drawChart(cases: readonly Verdict[]): string {
  const bars = cases.flatMap(barsOf);
  const height = TOP + bars.length * ROW + 16;
  const line = LABEL + UNIT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}"`,
    ' font-family="system-ui, sans-serif" font-size="12">',
    '<title>How far each figure is beyond its bound</title>',
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="${line}" y="16" text-anchor="middle" fill="#55645f">bound</text>`,
    ...bars.map(drawBar),
    `<path d="M${line} ${TOP - 6}V${height - 10}" stroke="#14211f" stroke-dasharray="3 3"/>`,
    '</svg>\n',
  ].join('\n');
}

function barsOf({ name, runs, figures }: Verdict): Bar[] {
  return (runs[0]?.bounds ?? []).map((bound) => {
    const values = runs.map((run) => measuredBy(bound, run));
    const worst = bound.atLeast === undefined ? Math.max(...values) : Math.min(...values);
    return {
      label: `${name}: ${describeBound(bound)}`,
      margin: marginOf(bound, worst),
      text: String(round(worst)),
      sides: bound.beside ? `${figures[bound.figure]} to ${figures[bound.beside]}` : '',
    };
  });
}

function marginOf({ atLeast, atMost = 0 }: Bound, value: number): number {
  return atLeast === undefined ? atMost / value : value / atLeast;
}

function drawBar({ label, margin, text, sides }: Bar, row: number): string {
  const y = TOP + row * ROW;
  const width = Math.round(Math.min(margin, MOST) * UNIT);
  const colour = margin >= 1 ? COLOURS.good : COLOURS.missed;
  return (
    `<text x="8" y="${y + 13}">${label}</text>` +
    `<rect x="${LABEL}" y="${y}" width="${width}" height="18" fill="${colour}"/>` +
    `<text x="${LABEL + width + 6}" y="${y + 13}">${text}</text>` +
    `<text x="${WIDTH - 8}" y="${y + 13}" text-anchor="end" fill="#55645f">${sides}</text>`
  );
}
