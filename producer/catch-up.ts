import type { FiledSlot, Ledger } from '../ledger/ledger.ts';
import { latestSlot, nextSlot, type Schedule, slotsBetween } from '../ledger/schedule.ts';

export interface CatchUp {
  schedule: Schedule;
  /** How far back a missed slot is still run. */
  catchUpHours: number;
}

/** Later than this after its time a slot is caught up with rather than on schedule. */
const LATE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Slots are filed one by one for this long back, and so many at most; what was missed before is told in one row. */
const FILED_BACK_MS = 7 * 24 * HOUR_MS;
const FILED = 10_000;
/** Nobody has to know more exactly how many slots were missed, and counting those of every second for years would hold up the start. */
const COUNTED = 100_000;

/** Files every slot since the newest that the ledger knows. An empty ledger owes the latest slot and no other. */
export async function fileDueSlots(
  ledger: Ledger,
  { schedule, catchUpHours }: CatchUp,
): Promise<void> {
  const { now, newest } = await ledger.highWaterMark();
  const slots = newest
    ? missedSlots({ schedule, catchUpHours }, newest, now)
    : [dueSlot(latestSlot(schedule, now), now)];
  await ledger.fileSlots(slots);
}

/**
 * What has become due after `newest`: within the catch-up time the latest slot of each UTC day runs, since a day has one rate; every
 * other is skipped and says why. A long absence is one row that says from when to when, and how many.
 */
function missedSlots(
  { schedule, catchUpHours }: CatchUp,
  newest: string,
  now: string,
): FiledSlot[] {
  const first = nextSlot(schedule, newest);
  if (Date.parse(first) > Date.parse(now)) return [];
  const weekAgo = before(now, FILED_BACK_MS);
  const recent = slotsBetween(schedule, first < weekAgo ? weekAgo : newest, now);
  const filed = recent.slice(-FILED);
  const long = [
    ...longAbsence(
      schedule,
      newest,
      filed.length < recent.length ? (recent.at(-FILED - 1) as string) : weekAgo,
    ),
  ];
  const runFrom = before(now, catchUpHours * HOUR_MS);
  return [
    ...long,
    ...filed.map((slot, n): FiledSlot => {
      const next = filed[n + 1];
      if (slot < runFrom)
        return skipped(slot, `no producer was running within ${catchUpHours} h of it`);
      if (next?.slice(0, 10) === slot.slice(0, 10))
        return skipped(slot, 'a later slot of its day runs instead');
      return dueSlot(slot, now);
    }),
  ];
}

function* longAbsence(schedule: Schedule, newest: string, until: string): Generator<FiledSlot> {
  const missed = slotsBetween(schedule, newest, until, COUNTED);
  const [first] = missed;
  if (first === undefined) return;
  const to = missed.length < COUNTED ? (missed.at(-1) as string) : latestSlot(schedule, until);
  const count = missed.length < COUNTED ? `${missed.length} slots` : `more than ${COUNTED} slots`;
  const reason = `missed: no producer was running from ${first} to ${to} (${count})`;
  yield { slot: first, trigger: 'catch-up', skipped: reason, to, count: missed.length };
}

function skipped(slot: string, reason: string): FiledSlot {
  return { slot, trigger: 'catch-up', skipped: `missed: ${reason}` };
}

function dueSlot(slot: string, now: string): FiledSlot {
  return { slot, trigger: Date.parse(now) - Date.parse(slot) > LATE_MS ? 'catch-up' : 'schedule' };
}

function before(now: string, ms: number): string {
  return new Date(Date.parse(now) - ms).toISOString();
}
