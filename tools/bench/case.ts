import { readFileSync } from 'node:fs';

/** A bound on a figure or, with `beside`, on its ratio to another figure of the same run. */
export interface Bound {
  readonly figure: string;
  readonly beside?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** The result of a case: figures with their unit in their name, and the bounds on them. */
export interface Result {
  readonly figures: Readonly<Record<string, number>>;
  readonly bounds?: readonly Bound[];
  /** What must hold and is no bound on a figure. */
  readonly must?: Readonly<Record<string, boolean>>;
}

/** Work measured beside its peers: machines are noisy, so only ratios within a run are bounds. */
export interface BenchCase {
  readonly name: string;
  readonly about: string;
  /** `quick` does a tenth of the work or less: it shows that the case runs, no more. */
  run(size: { quick: boolean; say: (text: string) => void }): Promise<Result>;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value that `part` of the others lie below: 0.99 for the 99th percentile. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** Seconds that `work` takes, and what it gives. */
export async function measure<T>(work: () => Promise<T>): Promise<[seconds: number, result: T]> {
  const began = performance.now();
  const result = await work();
  return [(performance.now() - began) / 1000, result];
}

/** The most memory that a running process had, in MB; 0 once it is gone, or without Linux' /proc. */
export function peakMegabytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** The exponent of time over work: slope of the least squares of their logarithms. */
export function growthExponent(
  points: readonly (readonly [work: number, seconds: number])[],
): number {
  const logs = points.map(([work, seconds]) => [Math.log(work), Math.log(seconds)] as const);
  const mean = (pick: 0 | 1) => logs.reduce((sum, point) => sum + point[pick], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = logs.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  return covariance / logs.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}

/** Three digits are more than a benchmark knows. */
export const round = (value: number): number => Number(value.toPrecision(3));
