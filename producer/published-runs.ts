import type { PublishedRun } from '../ledger/confirm.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Logger } from '../platform/logger.ts';
import type { EventStream, Position } from '../stream/port.ts';

export interface PublishedDeps {
  ledger: Ledger;
  stream: Pick<EventStream, 'positions'>;
  topic: string;
  group: string;
  log: Logger;
}

/**
 * Looks into published runs whose rows have not come. They are published again, without asking XE, only if the stream has lost the
 * events or the group has read past them; else the consumer is behind, and a second publish would only make its way longer.
 */
export async function lookIntoPublished({
  ledger,
  stream,
  topic,
  group,
  log,
}: PublishedDeps): Promise<void> {
  const runs = await ledger.unconfirmed();
  if (runs.length === 0) return;
  const positions = await stream.positions(topic, group).catch((error: Error) => {
    log.warn({ error: error.message }, 'how far the consumer is cannot be seen');
    return null;
  });
  // Rows are there before their offset is committed, so what was read past by now is confirmed here.
  await ledger.confirm();
  for (const run of runs) {
    if (positions && eventsAreGone(run, positions)) {
      log.warn(
        { run: run.run_id },
        'published events are not on the stream or became no rows: published again',
      );
      await ledger.publishAgain(run.run_id);
    } else {
      const lag = positions?.reduce(
        (sum, { low, high, committed }) => sum + BigInt(high) - BigInt(committed ?? low),
        0n,
      );
      const reason = positions
        ? `consumer behind: ${lag} events are still to be read`
        : 'consumer behind: the stream does not tell how far';
      await ledger.waitForConsumer(run.run_id, reason);
    }
  }
}

/** Whether the topic ends before them somewhere, or the group has passed all of them. */
function eventsAreGone({ published_to }: PublishedRun, positions: readonly Position[]): boolean {
  const places = published_to ?? [];
  const at = (partition: number) => positions.find((position) => position.partition === partition);
  const lost = places.some(
    ({ partition, last }) => BigInt(at(partition)?.high ?? 0) <= BigInt(last),
  );
  const passed = places.every(
    ({ partition, last }) => BigInt(at(partition)?.committed ?? 0) > BigInt(last),
  );
  return lost || passed;
}
