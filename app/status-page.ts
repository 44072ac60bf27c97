import type { LedgerStatus, OpenRun, SlotState } from '../ledger/status.ts';
import { type Heartbeat, SILENT_SECONDS } from '../platform/heartbeat.ts';

export interface Status extends LedgerStatus {
  readonly next_slot: string;
  readonly services: readonly Heartbeat[];
  /** Records that could not become rates and that nobody has redriven. */
  readonly open_letters: number;
}

/** With all else a page of 24 lines, two of them the heading of `watch`. */
const SHOWN = 6;

/** The status as one screen for a person: a line for each question that an operator has, troubles last and in full. */
export function statusPage(
  status: Status,
  { currencies, zone }: { currencies: readonly string[]; zone: string },
): string {
  const { now } = status;
  const lines: [string, string][] = [
    ['rates', newest(status, currencies)],
    ['last slot', status.last_slot ? slotLine(status.last_slot) : 'none yet'],
    [
      'next slot',
      `${minute(status.next_slot)}, in ${span(Date.parse(status.next_slot) - Date.parse(now))}${zoned(zone)}`,
    ],
    ['open runs', openRuns(status)],
    ['spent today', `${status.spent_today} of ${status.daily_budget} rates`],
    ['XE quota', quota(status)],
    ['breaker', breaker(status)],
    ...backfill(status),
    [
      'dead letters',
      status.open_letters === 0 ? 'none open' : `${status.open_letters} OPEN (npm run dlt -- ls)`,
    ],
    ...['producer', 'consumer'].map((service): [string, string] => [
      service,
      heartbeat(service, status.services),
    ]),
  ];
  const simulated = status.source === 'simulator' ? ' · SIMULATED: no XE_API_KEY is set' : '';
  const head = `${minute(now)}${simulated}`;
  const body = lines.map(([name, text]) => `  ${name.padEnd(12)} ${text}`);
  return [head, ...body, ...troubles(status.troubled_slots)].join('\n');
}

function newest({ newest: found, now }: Status, currencies: readonly string[]): string {
  if (!found) return 'none yet';
  const age = span(Date.parse(now) - Date.parse(found.fetched_at));
  return `${found.currencies} of ${currencies.length} currencies for ${found.rate_date}, fetched ${age} ago`;
}

function slotLine({ slot, to, count, state, missing, reason }: SlotState): string {
  const when = to ? `${minute(slot)} to ${minute(to)}, ${count} slots` : minute(slot);
  const partial =
    state === 'confirmed' && missing.length > 0 ? `, partial: no ${missing.join(', ')}` : '';
  return `${when}  ${state}${partial}${reason ? `: ${reason}` : ''}`;
}

function openRuns({ open_runs, open_count }: Status): string {
  const [first] = open_runs;
  if (!first) return 'none';
  return `${open_count}; the oldest is ${runName(first)}: ${first.state}${first.error ? `, ${first.error}` : ''}`;
}

function runName({ trigger, slot, first_day, last_day }: OpenRun): string {
  if (first_day)
    return `a ${trigger} of ${first_day}${last_day === first_day ? '' : ` to ${last_day}`}`;
  return slot ? `the slot of ${minute(slot)}` : 'a pull that somebody asked for';
}

function quota({ quota: known, now }: Status): string {
  if (!known) return 'not known before the first answer';
  const left = known.quota_remaining
    ? `${known.quota_remaining} of ${known.quota_limit ?? '?'} rates left`
    : 'nothing said of what is left';
  const reset = known.quota_resets_at ? ` until ${minute(known.quota_resets_at)}` : '';
  const trial = known.package?.startsWith('FREETRIAL')
    ? ': a trial, which may serve mock rates'
    : '';
  return `${left}${reset}, package ${known.package ?? 'unknown'}${trial}, seen ${span(Date.parse(now) - Date.parse(known.seen_at))} ago`;
}

function breaker({ breaker: open }: Status): string {
  if (!open) return 'closed';
  return `OPEN until ${minute(open.open_until)} (npm run status -- --close-breaker): ${open.reason}`;
}

function backfill({ backfill: found }: Status): [string, string][] {
  if (!found) return [];
  const failed = found.failed > 0 ? `, ${found.failed} failed` : '';
  return [
    [
      'backfill',
      `${found.confirmed} of ${found.runs} pages confirmed${failed}, ${found.cost} rates`,
    ],
  ];
}

function heartbeat(service: string, all: readonly Heartbeat[]): string {
  const there = all.filter(
    (beat) => beat.service === service && beat.seen_seconds_ago <= SILENT_SECONDS,
  );
  if (there.length === 0) return 'NOT RUNNING';
  const trouble = there.find(({ health }) => health.trouble)?.health.trouble;
  const lag = there.map(({ health }) => health['lag']).find((events) => events !== undefined);
  const copies = there.length > 1 ? `${there.length} copies, ` : '';
  return `${copies}${trouble ?? 'well'}${lag === undefined ? '' : `, ${lag} events behind`}`;
}

function troubles(slots: readonly SlotState[]): string[] {
  if (slots.length === 0) return ['', 'Every slot of the last 7 days was run.'];
  const more = slots.length > SHOWN ? [`  and ${slots.length - SHOWN} more: --json`] : [];
  return [
    '',
    'Slots of the last 7 days that did not bring rates',
    ...slots.slice(0, SHOWN).map((slot) => `  ${slotLine(slot)}`),
    ...more,
  ];
}

/** `2026-11-24T01:00:02.345Z` → `2026-11-24 01:00 UTC`. */
function minute(instant: string): string {
  return `${instant.slice(0, 16).replace('T', ' ')} UTC`;
}

function zoned(zone: string): string {
  return zone === 'UTC' ? '' : `, by the clock of ${zone}`;
}

function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2880
    ? `${Math.floor(minutes / 60)} h ${minutes % 60} min`
    : `${Math.round(minutes / 1440)} days`;
}
