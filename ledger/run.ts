/** A row of the ledger: one slot, or one pull that was asked for. Instants are ISO 8601 in UTC. */
export interface Run {
  readonly run_id: string;
  readonly source: Source;
  readonly trigger: 'schedule' | 'catch-up' | 'manual' | 'backfill';
  /** When the schedule wanted it; null for a pull that somebody asked for. */
  readonly slot: string | null;
  readonly state:
    | 'due'
    | 'claimed'
    | 'fetched'
    | 'published'
    | 'confirmed'
    | 'retrying'
    | 'failed'
    | 'skipped';
  readonly currencies: readonly string[];
  /** The past days whose historic rates are asked for, YYYY-MM-DD; null for the rates of now. */
  readonly first_day: string | null;
  readonly last_day: string | null;
  readonly asked_at: string;
  readonly next_attempt_at: string;
  readonly attempts: number;
  readonly fence: string;
  /** In rates, as XE bills them. */
  readonly cost: number;
  readonly response_body: string | null;
  readonly answered_by: Source | null;
  readonly fetched_at: string | null;
  readonly published_at: string | null;
  /** Where the stream has put the events: first and last offset in each partition. */
  readonly published_to: readonly PublishedTo[] | null;
  /** Currencies that XE has no rate of: the run is confirmed all the same, and partial. */
  readonly missing: readonly string[];
  readonly error: string | null;
  readonly ended_at: string | null;
}

export interface PublishedTo {
  readonly partition: number;
  readonly first: string;
  readonly last: string;
}

export type Source = 'xe' | 'simulator';

/** What somebody who waits for a run wants to know. */
export type Outcome =
  | { state: 'running' }
  | { state: 'done' }
  | { state: 'refused'; detail: string };

/** `done` means readable: the run's rows have been seen in the table. A failed round that will be tried again is refused for now. */
export function outcomeOf(run: Run): Outcome {
  if (run.state === 'confirmed') return { state: 'done' };
  if (run.state === 'failed' || run.state === 'skipped')
    return { state: 'refused', detail: run.error ?? run.state };
  if (run.state === 'retrying') {
    return {
      state: 'refused',
      detail: `${run.error}; it is tried again at ${run.next_attempt_at}`,
    };
  }
  return { state: 'running' };
}
