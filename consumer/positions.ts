import type { Database } from '../platform/database.ts';
import { withinDeadline } from '../platform/deadline.ts';
import { StreamUnavailable } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { execute, query } from '../platform/sql.ts';
import type { EventStream, Position } from '../stream/port.ts';

export interface PositionWatch {
  /**
   * Reads the group's positions, checks them for gaps and notes them in Postgres. Throws
   * `StreamUnavailable` when the stream does not answer within `deadlineMs`.
   */
  check(deadlineMs?: number): Promise<readonly Position[]>;
  /** Describes the gaps that were found to an operator, or null. */
  trouble(): string | null;
}

interface Watched {
  db: Database;
  stream: Pick<EventStream, 'positions'>;
  topic: string;
  group: string;
  log: Logger;
}

/**
 * Watches where the group stopped against what its log still holds. Clients jump silently over
 * records that were deleted before they were read. Positions are noted in Postgres, since brokers
 * expire the offsets of a group that was stopped for a week.
 */
export function watchPositions({ db, stream, topic, group, log }: Watched): PositionWatch {
  const gaps = gapWatch(topic, (gap) => log.error({ topic, group, gap }, 'stream: log gap'));
  let noted: Map<number, string> | null = null;

  async function notedOffsets(): Promise<Map<number, string>> {
    const rows = await query<{ partition: number; next_offset: string }>(
      db,
      `select partition, next_offset from consumer_positions
       where topic = :topic and consumer_group = :group`,
      { topic, group },
    );
    return new Map(rows.map(({ partition, next_offset }) => [partition, next_offset]));
  }

  /** Only what has changed: a group that is caught up writes nothing. */
  async function note(positions: readonly Position[], known: Map<number, string>): Promise<void> {
    const changed = positions.filter(
      ({ partition, committed }) => committed !== null && known.get(partition) !== committed,
    );
    if (changed.length === 0) return;
    await execute(db, NOTE, {
      topic,
      group,
      partitions: changed.map(({ partition }) => partition),
      offsets: changed.map(({ committed }) => committed),
    });
    for (const { partition, committed } of changed) known.set(partition, committed as string);
  }

  return {
    check: async (deadlineMs) => {
      const reading = stream.positions(topic, group);
      const positions = await (deadlineMs === undefined
        ? reading
        : withinDeadline('stream', deadlineMs, reading).catch(throwStreamError));
      noted ??= await notedOffsets();
      gaps.check(positions, noted);
      await note(positions, noted);
      return positions;
    },
    trouble: gaps.trouble,
  };
}

/** The error of a deadline does not say what was late: it would be taken for Postgres. */
function throwStreamError(err: Error & { code?: unknown }): never {
  const isLate = err.code === 'ETIMEDOUT' && !(err instanceof StreamUnavailable);
  throw isLate ? new StreamUnavailable(err.message, { cause: err }) : err;
}

const NOTE = `
insert into consumer_positions (topic, consumer_group, partition, next_offset)
select :topic, :group, partition, next_offset
from unnest(:partitions::int[], :offsets::bigint[]) as p (partition, next_offset)
on conflict on constraint consumer_positions_pkey
  do update set next_offset = excluded.next_offset, noted_at = now()`;

interface Gap {
  readonly partition: number;
  readonly sentence: string;
  /** False for what a broker also shows that has just become leader and lags behind. */
  readonly isCertain: boolean;
}

/** Remembers gaps as long as the process lives: the group's next commit hides them. */
export function gapWatch(topic: string, alarm: (sentence: string) => void) {
  const known = new Map<number, string>();
  let suspected = new Set<number>();
  return {
    /** `noted`: offsets by partition up to which Postgres has stored the topic. */
    check: (positions: readonly Position[], noted: ReadonlyMap<number, string>): void => {
      const gaps = positions.flatMap((position) => gapsOf(topic, position, noted));
      for (const { partition, sentence, isCertain } of gaps) {
        if (known.has(partition) || !(isCertain || suspected.has(partition))) continue;
        known.set(partition, sentence);
        alarm(sentence);
      }
      suspected = new Set(gaps.map(({ partition }) => partition));
    },
    trouble: (): string | null =>
      known.size > 0 ? `stream: ${[...known.values()].join('; ')}` : null,
  };
}

function gapsOf(
  topic: string,
  { partition, low, high, committed }: Position,
  noted: ReadonlyMap<number, string>,
): Gap[] {
  // A topic that was recreated has a new log and no group: what was noted says nothing of it.
  const stored = noted.get(partition) ?? null;
  const next = committed ?? (stored !== null && BigInt(stored) <= BigInt(high) ? stored : null);
  if (next === null) return [];
  const place = `${topic}/${partition}`;
  const missing = BigInt(low) - BigInt(next);
  if (missing > 0n) {
    const sentence =
      `${place}: ${missing} records from offset ${next} on were deleted before they were read; ` +
      'publish them again, then restart the consumer';
    return [{ partition, isCertain: true, sentence }];
  }
  if (BigInt(next) <= BigInt(high)) return [];
  const sentence =
    `${place}: the group had read up to offset ${next} and the log ends at ${high}: ` +
    'it was recreated or truncated; check the broker, then restart the consumer';
  return [{ partition, isCertain: false, sentence }];
}
