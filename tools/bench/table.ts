import { text } from 'node:stream/consumers';
import { asTable } from '../../reports/as-text.ts';
import type { Row } from '../../reports/report.ts';
import { type Bound, median, type Result, round } from './case.ts';

/** A case over all its runs. Figures are medians; what must hold has held in every run. */
export interface Verdict {
  readonly name: string;
  readonly about: string;
  readonly figures: Readonly<Record<string, number>>;
  readonly must: Readonly<Record<string, boolean>>;
  readonly holds: boolean;
  readonly runs: readonly Result[];
  /** Why the case did not come to its end. */
  readonly failed?: string;
}

/** Holds the runs of a case to their bounds. */
export function judge(
  { name, about }: { name: string; about: string },
  runs: readonly Result[],
  failed?: string,
): Verdict {
  const figures = Object.fromEntries(
    Object.keys(runs[0]?.figures ?? {}).map((figure) => [figure, medianOverRuns(runs, figure)]),
  );
  const must: Record<string, boolean> = {};
  for (const run of runs) {
    for (const bound of run.bounds ?? [])
      must[describeBound(bound)] = (must[describeBound(bound)] ?? true) && isHeld(bound, run);
    for (const [what, held] of Object.entries(run.must ?? {}))
      must[what] = (must[what] ?? true) && held;
  }
  const holds = failed === undefined && Object.values(must).every(Boolean);
  return { name, about, figures, must, holds, runs, ...(failed !== undefined && { failed }) };
}

/** The table of `npm run bench`: a line per bound, then one per figure without a bound. */
export function formatTable(cases: readonly Verdict[]): Promise<string> {
  const columns = ['case', 'figure', 'beside', 'ratio', 'bound', ''].map((name) => ({
    name,
    kind: 'text' as const,
  }));
  return text(asTable({ columns, rows: cases.flatMap(linesOf), totals: [], notes: [] }));
}

function linesOf({ name, runs, figures, must, failed }: Verdict): Row[] {
  const bounds = runs[0]?.bounds ?? [];
  const spokenOf = new Set(bounds.flatMap(({ figure, beside }) => [figure, beside]));
  const describe = (figure: string) => `${figure} ${figures[figure]}`;
  const verdict = (held: boolean | undefined) => (held ? 'holds' : 'MISSED');
  const rows: Row[] = [
    ...bounds.map((bound) => ({
      figure: describe(bound.figure),
      beside: bound.beside === undefined ? '' : describe(bound.beside),
      ratio:
        bound.beside === undefined && runs.length === 1
          ? ''
          : runs.map((run) => round(measuredBy(bound, run))).join(' '),
      bound: limitOf(bound),
      '': verdict(must[describeBound(bound)]),
    })),
    ...Object.keys(runs[0]?.must ?? {}).map((what) => ({ figure: what, '': verdict(must[what]) })),
    ...Object.keys(figures)
      .filter((figure) => !spokenOf.has(figure))
      .map((figure) => ({ figure: describe(figure) })),
    ...(failed === undefined ? [] : [{ figure: failed.trim().slice(0, 120), '': 'FAILED' }]),
  ];
  return rows.map((row) => ({ case: name, ...row }));
}

function medianOverRuns(runs: readonly Result[], figure: string): number {
  return round(median(runs.map(({ figures }) => figures[figure] ?? Number.NaN)));
}

/** Throws for a bound on a figure that the case does not give: it could never be missed. */
export function measuredBy({ figure, beside }: Bound, { figures }: Result): number {
  const [ours, theirs] = [figures[figure], beside === undefined ? 1 : figures[beside]];
  if (ours === undefined || theirs === undefined)
    throw new Error(`bench: no figure ${ours === undefined ? figure : beside}`);
  return ours / theirs;
}

function isHeld(bound: Bound, run: Result): boolean {
  const value = measuredBy(bound, run);
  return (
    value >= (bound.atLeast ?? Number.NEGATIVE_INFINITY) &&
    value <= (bound.atMost ?? Number.POSITIVE_INFINITY)
  );
}

const limitOf = ({ atLeast, atMost }: Bound) =>
  atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`;
export const describeBound = (bound: Bound) =>
  `${bound.figure} ${limitOf(bound)}${bound.beside === undefined ? '' : ` times ${bound.beside}`}`;
