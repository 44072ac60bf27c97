type State =
  | 'retrying'
  | 'due'
  | 'claimed'
  | 'fetched'
  | 'published'
  | 'confirmed'
  | 'failed'
  | 'skipped';
interface ModelRun {
  state: State;
  filedAt: number;
  readyAt: number;
  fence: number;
  abandoned: number;
}

/** Claims of a run whose producer died; one more and the run fails. */
const MAX_ABANDONED = 3;

/**
 * The rules of the ledger in a few lines: one slot a minute, a clock in seconds that moves both
 * ways, producers that die.
 */
export class LedgerModel {
  now = 0;
  readonly runs = new Map<number, ModelRun>();

  file(): void {
    const minute = Math.floor(this.now / 60);
    const known = [...this.runs.keys()];
    const newest =
      known.length === 0
        ? minute - 1
        : Math.max(...known.filter((slot) => slot <= minute), Number.NEGATIVE_INFINITY);
    if (newest >= minute || newest === Number.NEGATIVE_INFINITY) return;
    for (const [slot, run] of this.runs)
      if (slot < minute && ['due', 'retrying'].includes(run.state)) run.state = 'failed';
    for (let slot = newest + 1; slot <= minute; slot++)
      this.runs.set(slot, {
        state: slot === minute ? 'due' : 'skipped',
        filedAt: this.now,
        readyAt: this.now,
        fence: 0,
        abandoned: 0,
      });
  }

  /** The slot that is claimed next and the fencing token of the claim, or null. */
  claim(): { slot: number; fence: number } | null {
    const ready = ({ state, readyAt }: ModelRun) =>
      state === 'due' || state === 'retrying'
        ? readyAt <= this.now
        : ['claimed', 'fetched'].includes(state) && readyAt < this.now;
    const [next] = [...this.runs]
      .filter(([, run]) => ready(run))
      .sort(([, a], [, b]) => a.filedAt - b.filedAt);
    if (!next) return null;
    const [slot, run] = next;
    if (run.state === 'claimed' && ++run.abandoned > MAX_ABANDONED) {
      run.state = 'failed';
      return { slot, fence: ++run.fence };
    }
    if (run.state === 'due' || run.state === 'retrying') run.state = 'claimed';
    run.readyAt = this.now + 15;
    return { slot, fence: ++run.fence };
  }

  /** False when another producer has claimed the run since, or its state has moved on. */
  step(
    { slot, fence }: { slot: number; fence: number },
    from: State,
    to: State,
    readyIn = 0,
  ): boolean {
    const run = this.runs.get(slot);
    if (run?.fence !== fence || run.state !== from) return false;
    run.state = to;
    if (to === 'retrying') run.readyAt = this.now + readyIn;
    return true;
  }

  confirm(): void {
    for (const run of this.runs.values()) if (run.state === 'published') run.state = 'confirmed';
  }
}
