import cronParser from 'cron-parser';

/** Cron of 5 fields, or 6 with seconds first, in an IANA zone. */
export interface Schedule {
  readonly cron: string;
  readonly zone: string;
}

/** The newest slot at or before `at`. Instants are ISO 8601 in UTC. */
export function latestSlot(schedule: Schedule, at: string): string {
  // A slot that falls on `at` itself is due, and cron-parser looks strictly before its date.
  return iso(cursor(schedule, new Date(Date.parse(at) + 1)).prev());
}

/** The first slot after `at`. */
export function nextSlot(schedule: Schedule, at: string): string {
  return iso(cursor(schedule, new Date(at)).next());
}

/** Every slot after `after` up to and including `until`, oldest first; none when the clock has gone back behind `after`. */
export function slotsBetween(schedule: Schedule, after: string, until: string): string[] {
  const slots: string[] = [];
  const cron = cursor(schedule, new Date(after));
  for (let slot = iso(cron.next()); Date.parse(slot) <= Date.parse(until); slot = iso(cron.next())) slots.push(slot);
  return slots;
}

function cursor({ cron, zone }: Schedule, currentDate: Date) {
  return cronParser.parseExpression(cron, { currentDate, tz: zone });
}

function iso(date: { toDate(): Date }): string {
  return date.toDate().toISOString();
}
