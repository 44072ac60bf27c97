import type { World } from './world.ts';

export type Adapter = 'kafka' | 'embedded';

/** The result of a case: counts, and `recovered_ms`, the longest recovery. */
export interface Outcome {
  readonly attempted: number;
  readonly acked: number;
  readonly rows: number;
  readonly lost: number;
  readonly duplicate: number;
  readonly wrong: number;
  readonly recovered_ms: number;
  /** What else was counted. */
  readonly also: Readonly<Record<string, number | string>>;
  /** Every promise of the case in words, and whether it held. */
  readonly must: Readonly<Record<string, boolean>>;
}

export interface ChaosCase {
  readonly name: string;
  /** One sentence for a person who reads the list. */
  readonly what: string;
  readonly on: readonly Adapter[];
  /** It breaks nothing that other cases share, so a quick run may have several at a time. */
  readonly together?: true;
  /** Too heavy for a quick run. */
  readonly fullOnly?: true;
  /** Why it cannot run on this machine, or null. */
  missing?: () => string | null;
  /** `full` as it is promised; otherwise a subset of minutes. */
  run(world: World, full: boolean): Promise<Outcome>;
}

export const BOTH: readonly Adapter[] = ['kafka', 'embedded'];
