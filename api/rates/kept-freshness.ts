import type { Freshness, FreshnessQuery } from '../../ledger/freshness.ts';
import { READY_MS, type ReadyAnswers } from '../http/caching.ts';

/** The same, asked once and kept, as answers are, until something lands or time alone changes it: every read of rates begins with it. */
export function keptFreshness(
  freshness: FreshnessQuery,
  ready: Pick<ReadyAnswers, 'generation' | 'heard'>,
): FreshnessQuery {
  let kept: { fresh: Freshness; at: number; generation: number } | null = null;
  return async () => {
    const at = performance.now();
    if (kept && ready.heard && kept.generation === ready.generation && at - kept.at < READY_MS) {
      const now = new Date(Date.parse(kept.fresh.now) + (at - kept.at)).toISOString();
      if (now < kept.fresh.until) return { ...kept.fresh, now };
    }
    const { generation } = ready;
    const fresh = await freshness();
    kept = { fresh, at, generation };
    return fresh;
  };
}
