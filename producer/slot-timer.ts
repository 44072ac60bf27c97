import timer from 'node-schedule';
import type { Schedule } from '../ledger/schedule.ts';

/** Later than this the clock has stepped, or the machine has slept. */
const LATE_MS = 1000;

/** Calls `wake` at each slot of the schedule by this machine's clock, until it is stopped. */
export function slotTimer({ cron: rule, zone: tz }: Schedule, wake: () => void): { stop(): void } {
  const job = timer.scheduleJob({ rule, tz }, (slot: Date) => {
    // It would go through every slot that the clock has jumped over, some 200 a second and for minutes after a start in 1970.
    if (Date.now() - slot.getTime() > LATE_MS) job.reschedule({ rule, tz });
    wake();
  });
  return { stop: () => void job?.cancel() };
}
