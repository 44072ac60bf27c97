import type { UnconfirmedRun } from '../ledger/confirm.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Logger } from '../platform/logger.ts';
import type { EventStream, Position } from '../stream/port.ts';

export interface UnconfirmedDeps {
  ledger: Ledger;
  positions: EventStream['positions'];
  topic: string;
  group: string;
  log: Logger;
}

/**
 * Checks published runs whose rows have not come. They are published again, without a call to XE,
 * only if the stream lost the events or the group has read past them; else the consumer is behind,
 * and a second publish would only add to its lag.
 */
export async function checkUnconfirmedRuns(deps: UnconfirmedDeps): Promise<void> {
  const { ledger, topic, group, log } = deps;
  const runs = await ledger.unconfirmedRuns();
  if (runs.length === 0) return;
  const positions = await deps.positions(topic, group).catch((err) => {
    log.warn({ err, group }, 'consumer lag unknown');
    return null;
  });
  // Rows are committed before their offset, so what was read past by now is confirmed here.
  await ledger.confirm();
  for (const run of runs) {
    if (positions && isLost(run, positions)) {
      log.warn(
        { runId: run.run_id },
        'events missing from the stream or never stored, republishing',
      );
      await ledger.publishAgain(run);
    } else {
      await ledger.waitForConsumer(run.run_id, positions && lagOf(positions));
    }
  }
}

function lagOf(positions: readonly Position[]): bigint {
  return positions.reduce(
    (sum, { low, high, committed }) => sum + BigInt(high) - BigInt(committed ?? low),
    0n,
  );
}

/** Whether a partition ends before the run's events, or the group has read past all of them. */
function isLost({ published_to }: UnconfirmedRun, positions: readonly Position[]): boolean {
  const ranges = published_to ?? [];
  const at = (partition: number) => positions.find((position) => position.partition === partition);
  const isCutOff = ranges.some(
    ({ partition, last }) => BigInt(at(partition)?.high ?? 0) <= BigInt(last),
  );
  const isPassed = ranges.every(
    ({ partition, last }) => BigInt(at(partition)?.committed ?? 0) > BigInt(last),
  );
  return isCutOff || isPassed;
}
