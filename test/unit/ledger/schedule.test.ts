import { expect } from 'chai';
import sinon from 'sinon';
import { latestSlot, nextSlot, slotsBetween } from '../../../ledger/schedule.ts';
import { startSlotTimer } from '../../../producer/index.ts';

const TWICE = { cron: '0 1,23 * * *', zone: 'UTC' };

describe('the schedule', () => {
  it('has its slots at 01:00 and 23:00 UTC', () => {
    expect(slotsBetween(TWICE, '2026-11-23T00:00:00Z', '2026-11-24T23:00:00Z')).to.deep.equal([
      '2026-11-23T01:00:00.000Z',
      '2026-11-23T23:00:00.000Z',
      '2026-11-24T01:00:00.000Z',
      '2026-11-24T23:00:00.000Z',
    ]);
  });

  it('counts a slot as due at its very instant, and not a moment before', () => {
    expect(latestSlot(TWICE, '2026-11-24T01:00:00.000Z')).to.equal('2026-11-24T01:00:00.000Z');
    expect(latestSlot(TWICE, '2026-11-24T00:59:59.999Z')).to.equal('2026-11-23T23:00:00.000Z');
    expect(nextSlot(TWICE, '2026-11-24T01:00:00.000Z')).to.equal('2026-11-24T23:00:00.000Z');
  });

  it('owes nothing twice, and nothing when the clock has gone back', () => {
    expect(slotsBetween(TWICE, '2026-11-24T01:00:00Z', '2026-11-24T22:59:59Z')).to.deep.equal([]);
    expect(slotsBetween(TWICE, '2026-11-24T01:00:00Z', '1970-01-01T00:00:00Z')).to.deep.equal([]);
  });

  it('follows its zone through the change of clocks', () => {
    expect(
      slotsBetween(
        { cron: '0 1 * * *', zone: 'Africa/Lagos' },
        '2026-06-01T00:30:00Z',
        '2026-06-03T00:00:00Z',
      ),
    ).to.deep.equal(['2026-06-02T00:00:00.000Z', '2026-06-03T00:00:00.000Z']);
    expect(
      slotsBetween(
        { cron: '0 23 * * *', zone: 'Europe/London' },
        '2026-03-28T00:00:00Z',
        '2026-03-30T00:00:00Z',
      ),
    ).to.deep.equal(['2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z']);
  });

  it('takes seconds when the cron has six fields', () => {
    expect(
      slotsBetween(
        { cron: '*/20 * * * * *', zone: 'UTC' },
        '2026-11-24T00:00:00Z',
        '2026-11-24T00:00:45Z',
      ),
    ).to.have.length(2);
  });
});

describe('the timer of the slots', () => {
  let clock: sinon.SinonFakeTimers;
  let woken: string[];
  let timer: ReturnType<typeof startSlotTimer>;
  const startAt = (instant: string) => {
    clock = sinon.useFakeTimers({
      now: Date.parse(instant),
      toFake: ['Date', 'setTimeout', 'clearTimeout'],
    });
    woken = [];
    timer = startSlotTimer(TWICE, () => woken.push(new Date().toISOString()));
  };
  afterEach(() => {
    timer.stop();
    expect(clock.countTimers()).to.equal(0);
    clock.restore();
  });

  it('wakes at 01:00 and 23:00', async () => {
    startAt('2026-11-24T00:59:59.500Z');
    await clock.tickAsync(24 * 3_600_000);
    expect(woken).to.deep.equal(['2026-11-24T01:00:00.000Z', '2026-11-24T23:00:00.000Z']);
  });

  it('wakes once, and then at the next slot, when the clock leaps from 1970 to today', async () => {
    startAt('1970-01-01T22:59:59.000Z');
    clock.setSystemTime(Date.parse('2026-11-24T12:00:00Z'));
    await clock.tickAsync(11 * 3_600_000 + 2000);
    expect(woken).to.deep.equal(['2026-11-24T12:00:01.000Z', '2026-11-24T23:00:00.000Z']);
  });
});
