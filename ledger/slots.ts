import type { Database } from '../platform/database.ts';
import { execute, query, queryRow, sqlFolder } from '../platform/sql.ts';
import { describeFailure, type Failure, failureParams } from './failure.ts';
import type { Source } from './run.ts';
import { latestSlot, nextSlot, type Schedule, slotsBetween } from './schedule.ts';

export interface SlotSettings {
  schedule: Schedule;
  /** How far back a missed slot is still run. */
  catchUpHours: number;
}

/** A slot to file: due, or skipped for a reason. A row may stand for `count` slots up to `to`. */
export interface FiledSlot {
  slot: string;
  trigger: 'schedule' | 'catch-up';
  skipped?: Failure;
  to?: string;
  count?: number;
}

/** What the ledger knows of slots. Instants are ISO 8601 in UTC. */
export interface KnownSlots {
  readonly now: string;
  /** The newest slot on file up to now; null in an empty ledger. */
  readonly newest: string | null;
  /** Every schedule that was ever in force for the source. */
  readonly schedules: readonly SeenSchedule[];
}

interface SeenSchedule extends Schedule {
  readonly in_force_since: string;
  readonly last_seen_at: string;
}

const sql = sqlFolder(import.meta.url);

const HOUR_MS = 3_600_000;
/** Two polls of the producer: a slot this old is on time, whatever the catch-up time says. */
const ON_TIME_MS = 60_000;
/** How far back missed slots get a row each, and how many rows at most; before that, one row. */
const EACH_FILED_MS = 7 * 24 * HOUR_MS;
const MOST_FILED = 10_000;
/** Counting every second of years would delay the start; above this no exact count is needed. */
const MOST_COUNTED = 100_000;
const SEE_AGAIN_MS = 60_000;
/** Producers with different schedules side by side, as in a rolling update, are both in force. */
const SIDE_BY_SIDE_MS = 300_000;
const EPOCH = '1970-01-01T00:00:00.000Z';

/** Files every slot that has fallen due, and gives up older ones that still wait. Idempotent. */
export async function fileDueSlots(
  db: Database,
  { source, currencies }: { source: Source; currencies: readonly string[] },
  settings: SlotSettings,
): Promise<void> {
  const state = await newestSlot(db, source);
  const { since, previous, isSeen } = scheduleStart(state, settings.schedule);
  await fileSlots(
    db,
    { source, currencies },
    planSlots({ ...settings, ...state, since, previous }),
  );
  if (isSeen) return;
  await execute(db, sql('see_schedule'), { source, ...settings.schedule, since, now: state.now });
}

function newestSlot(db: Database, source: Source): Promise<KnownSlots> {
  return queryRow<KnownSlots>(db, sql('newest_slot'), { source });
}

/**
 * Since when the schedule is in force, and which one was before it. A changed SCHEDULE starts now:
 * slots before the change were not missed. The first schedule ever seen has no start.
 */
export function scheduleStart(
  { now, schedules }: KnownSlots,
  { cron, zone }: Schedule,
): { since: string; previous: Schedule | null; isSeen: boolean } {
  const own = schedules.find((seen) => seen.cron === cron && seen.zone === zone);
  const [other] = schedules
    .filter((seen) => seen !== own)
    .sort((a, b) => Date.parse(b.last_seen_at) - Date.parse(a.last_seen_at));
  if (!other) {
    const isSeen = own !== undefined && msBetween(own.last_seen_at, now) < SEE_AGAIN_MS;
    return { since: EPOCH, previous: null, isSeen };
  }
  if (own && msBetween(own.last_seen_at, other.last_seen_at) < SIDE_BY_SIDE_MS) {
    const isSeen = msBetween(own.last_seen_at, now) < SEE_AGAIN_MS;
    return { since: own.in_force_since, previous: null, isSeen };
  }
  return { since: now, previous: other, isSeen: false };
}

interface Plan extends SlotSettings {
  now: string;
  newest: string | null;
  since: string;
  previous: Schedule | null;
}

/**
 * Decides what becomes of each slot since the newest on file. Within the catch-up time the latest
 * slot of each UTC day runs, since a day has one rate; every other is skipped with the reason. An
 * empty ledger owes the latest slot and no other.
 */
export function planSlots(plan: Plan): FiledSlot[] {
  const { schedule, catchUpHours, previous } = plan;
  const now = before(plan.now, 0);
  if (plan.newest === null) return [dueSlot(latestSlot(schedule, now), now)];
  const newest = before(plan.newest, 0);
  const changed = laterOf(newest, before(plan.since, 0));
  const parts = [
    ...(previous ? [{ schedule: previous, after: newest, until: changed }] : []),
    { schedule, after: changed, until: now },
  ];
  const weekAgo = before(now, EACH_FILED_MS);
  const recent = parts.flatMap(({ schedule: own, after, until }) =>
    slotsBetween(own, laterOf(after, weekAgo), until),
  );
  const filed = recent.slice(-MOST_FILED);
  const absentUntil =
    filed.length < recent.length ? (recent.at(-MOST_FILED - 1) ?? weekAgo) : weekAgo;
  const absences = parts.flatMap((part) => longAbsence(part, absentUntil));
  const runFrom = before(now, Math.max(catchUpHours * HOUR_MS, ON_TIME_MS));
  return [
    ...absences,
    ...filed.map((slot, n): FiledSlot => {
      if (slot < runFrom)
        return skippedSlot(slot, { code: 'missed_too_late', detail: { hours: catchUpHours } });
      if (filed[n + 1]?.slice(0, 10) === slot.slice(0, 10))
        return skippedSlot(slot, { code: 'missed_later_slot' });
      return dueSlot(slot, now);
    }),
  ];
}

/** One row for all slots of a part that are too old to have a row each. */
function longAbsence(
  { schedule, after, until }: { schedule: Schedule; after: string; until: string },
  absentUntil: string,
): FiledSlot[] {
  const end = absentUntil < until ? absentUntil : until;
  if (end <= after || nextSlot(schedule, after) > end) return [];
  const missed = slotsBetween(schedule, after, end, MOST_COUNTED);
  const [from] = missed;
  if (from === undefined) return [];
  const isCounted = missed.length < MOST_COUNTED;
  const to = isCounted ? (missed.at(-1) ?? from) : latestSlot(schedule, end);
  const count = isCounted ? missed.length : `more than ${MOST_COUNTED}`;
  const skipped: Failure = { code: 'missed_absence', detail: { from, to, count } };
  return [{ slot: from, trigger: 'catch-up', skipped, to, count: missed.length }];
}

/** Files slots once, however many producers do. Exported for tests that need slots of their own. */
export async function fileSlots(
  db: Database,
  { source, currencies }: { source: Source; currencies: readonly string[] },
  slots: readonly FiledSlot[],
): Promise<void> {
  if (slots.length === 0) return;
  const [oldestDue] = slots.filter(({ skipped }) => !skipped).map(({ slot }) => slot);
  const rows = slots.map(({ slot, trigger, skipped = null, to = null, count = null }) => ({
    slot,
    trigger,
    ...failureParams(skipped),
    skipped_to: to,
    skipped_count: count,
  }));
  await db.transaction(async (trx) => {
    if (oldestDue !== undefined) await giveUpOlderSlots(trx, source, oldestDue);
    await execute(trx, sql('file_slots'), { source, currencies, slots: JSON.stringify(rows) });
  });
}

async function giveUpOlderSlots(trx: Database, source: Source, slot: string): Promise<void> {
  const waiting = await query<{ run_id: string; error: string | null }>(
    trx,
    sql('superseded_slots'),
    {
      source,
      slot,
    },
  );
  if (waiting.length === 0) return;
  const details = waiting.map(({ error }) => ({ last: error ?? 'it was never tried' }));
  await execute(trx, sql('end_superseded'), {
    runIds: waiting.map(({ run_id }) => run_id),
    details: details.map((detail) => JSON.stringify(detail)),
    errors: details.map((detail) => describeFailure({ code: 'superseded', detail })),
  });
}

function skippedSlot(slot: string, skipped: Failure): FiledSlot {
  return { slot, trigger: 'catch-up', skipped };
}

function dueSlot(slot: string, now: string): FiledSlot {
  return { slot, trigger: msBetween(slot, now) > ON_TIME_MS ? 'catch-up' : 'schedule' };
}

function msBetween(earlier: string, later: string): number {
  return Date.parse(later) - Date.parse(earlier);
}

function laterOf(a: string, b: string): string {
  return a > b ? a : b;
}

/** The instant `ms` earlier, in the one spelling that compares as text. */
function before(instant: string, ms: number): string {
  return new Date(Date.parse(instant) - ms).toISOString();
}
