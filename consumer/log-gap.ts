import type { Position } from '../stream/port.ts';

interface LogGap {
  readonly partition: number;
  readonly sentence: string;
  /** False while it may be a broker that has just become the leader and does not know the log's end yet. */
  readonly certain: boolean;
}

/**
 * What is wrong between where a group stopped and what its log still holds: records that were deleted before they were read, or a
 * log that is shorter than what was read of it. Clients jump over both silently.
 */
function logGaps(topic: string, positions: readonly Position[]): LogGap[] {
  return positions.flatMap(({ partition, low, high, committed }): LogGap[] => {
    if (committed === null) return [];
    const [first, end, next] = [BigInt(low), BigInt(high), BigInt(committed)];
    const deleted = `${first - next} records from offset ${next} on were deleted before they were read; have them published again, then restart the consumer`;
    const cut = `the group had read up to offset ${next} and the log ends at ${end}: it was made anew or cut; check the broker, then restart the consumer`;
    if (next < first)
      return [{ partition, certain: true, sentence: `${topic}/${partition}: ${deleted}` }];
    return next > end
      ? [{ partition, certain: false, sentence: `${topic}/${partition}: ${cut}` }]
      : [];
  });
}

/** Remembers the gaps for as long as the process lives, since the group's next commit hides them. */
export function gapWatch(topic: string, alarm: (sentence: string) => void) {
  const known = new Map<number, string>();
  let suspected = new Set<number>();
  return {
    look: (positions: readonly Position[]): void => {
      const gaps = logGaps(topic, positions);
      for (const { partition, sentence, certain } of gaps) {
        if (known.has(partition) || !(certain || suspected.has(partition))) continue;
        known.set(partition, sentence);
        alarm(sentence);
      }
      suspected = new Set(gaps.map(({ partition }) => partition));
    },
    /** A sentence for an operator, or null. */
    trouble: (): string | null =>
      known.size > 0 ? `stream: ${[...known.values()].join('; ')}` : null,
  };
}
