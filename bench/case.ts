/** What a case came to. A figure is a number with its unit in the name; `must` says for each bound whether it held. */
interface Result {
  readonly figures: Readonly<Record<string, number>>;
  readonly must: Readonly<Record<string, boolean>>;
}

/** A piece of work beside its peers in one run: machines are noisy, so only ratios within a run are bounds. */
export interface BenchCase {
  readonly name: string;
  readonly about: string;
  /** `quick` is a tenth of the work or less: enough to see that the case runs, too little to quote. */
  run(size: { quick: boolean; say: (text: string) => void }): Promise<Result>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Seconds that `work` takes, and what it gives. */
export async function timed<T>(work: () => Promise<T>): Promise<[seconds: number, result: T]> {
  const began = performance.now();
  const result = await work();
  return [(performance.now() - began) / 1000, result];
}

/** Three digits are more than a benchmark knows. */
export const rounded = (value: number): number => Number(value.toPrecision(3));
