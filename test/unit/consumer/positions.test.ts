import { expect } from 'chai';
import { gapWatch } from '../../../consumer/positions.ts';
import type { Position } from '../../../stream/port.ts';

describe('a log that does not match where the group stopped', () => {
  const position = (low: string, high: string, committed: string | null) => ({
    partition: 2,
    low,
    high,
    committed,
  });
  const watch = () => {
    const alarms: string[] = [];
    const gaps = gapWatch('fx', (sentence) => alarms.push(sentence));
    const check = (positions: Position[], noted: [number, string][] = []) =>
      gaps.check(positions, new Map(noted));
    return { alarms, check, trouble: gaps.trouble };
  };

  it('is not reported while it matches, or before the group has read at all', () => {
    const { check, trouble } = watch();
    check([
      position('0', '9', '9'),
      position('0', '0', null),
      position('5', '9', null),
      position('5', '9', '5'),
    ]);
    expect(trouble()).to.equal(null);
  });

  it('is reported once when records were deleted unread, and stays reported', () => {
    const { alarms, check, trouble } = watch();
    check([position('500', '900', '300')]);
    check([position('500', '900', '900')]);
    expect(alarms).to.have.length(1);
    expect(trouble()).to.match(
      /^stream: fx\/2: 200 records from offset 300 on were deleted before they were read/,
    );
  });

  it('is reported when the log was recreated, not for a leader that has just taken over', () => {
    const { check, trouble } = watch();
    check([position('0', '7', '9')]);
    check([position('0', '9', '9')]);
    expect(trouble()).to.equal(null);
    check([position('0', '0', '9')]);
    check([position('0', '0', '9')]);
    expect(trouble()).to.match(/had read up to offset 9 and the log ends at 0/);
  });

  it('is reported when the offsets have expired and unstored records are gone', () => {
    const { check, trouble } = watch();
    check([position('500', '900', null)], [[2, '300']]);
    expect(trouble()).to.match(/fx\/2: 200 records from offset 300 on were deleted/);
  });

  it('is not reported when the offsets have expired and all that is gone is stored', () => {
    const { check, trouble } = watch();
    check([position('500', '900', null)], [[2, '500']]);
    // A topic that was recreated starts again, and its group with it.
    check([position('0', '7', null)], [[2, '500']]);
    expect(trouble()).to.equal(null);
  });
});
