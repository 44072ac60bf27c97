import { expect } from 'chai';
import { type KnownSlots, planSlots, scheduleStart } from '../../../ledger/slots.ts';

const TWICE = { cron: '0 1,23 * * *', zone: 'UTC' };
const MINUTELY = { cron: '* * * * *', zone: 'UTC' };
const EPOCH = '1970-01-01T00:00:00.000Z';
const NOW = '2026-11-24T12:00:00Z';

const plan = (changes: Partial<Parameters<typeof planSlots>[0]>) =>
  planSlots({
    schedule: TWICE,
    catchUpHours: 24,
    now: NOW,
    newest: '2026-11-23T01:00:00Z',
    since: EPOCH,
    previous: null,
    ...changes,
  }).map(({ slot, trigger, skipped }) =>
    [slot.slice(0, 16), trigger, skipped?.code ?? 'due'].join(' '),
  );

describe('the plan of due slots', () => {
  it('owes an empty ledger the latest slot and no other', () => {
    expect(plan({ newest: null })).to.deep.equal(['2026-11-24T01:00 catch-up due']);
  });

  it('runs the latest slot of each day within the catch-up time and skips the others', () => {
    expect(plan({ newest: '2026-11-22T20:00:00Z' })).to.deep.equal([
      '2026-11-22T23:00 catch-up missed_too_late',
      '2026-11-23T01:00 catch-up missed_too_late',
      '2026-11-23T23:00 catch-up due',
      '2026-11-24T01:00 catch-up due',
    ]);
  });

  it('has a slot on time for two polls, whatever the catch-up time', () => {
    const at = (now: string) => plan({ catchUpHours: 0, newest: '2026-11-23T23:00:00Z', now });
    expect(at('2026-11-24T01:00:05Z')).to.deep.equal(['2026-11-24T01:00 schedule due']);
    expect(at('2026-11-24T01:01:00Z')).to.deep.equal(['2026-11-24T01:00 schedule due']);
    expect(at('2026-11-24T01:01:01Z')).to.deep.equal(['2026-11-24T01:00 catch-up missed_too_late']);
  });

  it('files no slot of a changed schedule from before the change', () => {
    expect(plan({ schedule: MINUTELY, since: NOW, newest: '2026-11-24T01:00:00Z' })).to.deep.equal(
      [],
    );
    expect(
      plan({
        schedule: MINUTELY,
        since: NOW,
        newest: '2026-11-24T01:00:00Z',
        now: '2026-11-24T12:01:03Z',
      }),
    ).to.deep.equal(['2026-11-24T12:01 schedule due']);
  });

  it('files what the schedule before the change has missed', () => {
    expect(
      plan({ schedule: MINUTELY, previous: TWICE, since: NOW, newest: '2026-11-23T12:00:00Z' }),
    ).to.deep.equal(['2026-11-23T23:00 catch-up due', '2026-11-24T01:00 catch-up due']);
  });
});

describe('the start of a schedule', () => {
  const seen = (schedule: typeof TWICE, since: string, last: string) => ({
    ...schedule,
    in_force_since: since,
    last_seen_at: last,
  });
  const start = (schedules: KnownSlots['schedules']) =>
    scheduleStart({ now: NOW, newest: null, schedules }, MINUTELY);

  it('is open for the first schedule that the ledger sees', () => {
    expect(start([])).to.deep.equal({ since: EPOCH, previous: null, isSeen: false });
  });

  it('is now for a changed schedule, and for one that returns', () => {
    const twice = seen(TWICE, EPOCH, '2026-11-24T11:59:00Z');
    expect(start([twice])).to.deep.equal({ since: NOW, previous: twice, isSeen: false });
    const before = seen(MINUTELY, EPOCH, '2026-10-01T00:00:00Z');
    expect(start([twice, before])).to.deep.equal({ since: NOW, previous: twice, isSeen: false });
  });

  it('stays for schedules that are in force side by side, as in a rolling update', () => {
    const twice = seen(TWICE, EPOCH, '2026-11-24T11:59:50Z');
    const own = seen(MINUTELY, '2026-11-24T11:30:00Z', '2026-11-24T11:59:10Z');
    expect(start([twice, own])).to.deep.equal({
      since: '2026-11-24T11:30:00Z',
      previous: null,
      isSeen: true,
    });
  });
});
