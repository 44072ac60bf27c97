import { expect } from 'chai';
import { gapWatch } from '../../../consumer/log-gap.ts';

describe('a log that does not fit to where the group stopped', () => {
  const position = (low: string, high: string, committed: string | null) => ({
    partition: 2,
    low,
    high,
    committed,
  });
  const watch = () => {
    const alarms: string[] = [];
    return { alarms, ...gapWatch('fx', (sentence) => alarms.push(sentence)) };
  };

  it('is no alarm while it fits, or before the group has read at all', () => {
    const { look, trouble } = watch();
    look([
      position('0', '9', '9'),
      position('0', '0', null),
      position('5', '9', null),
      position('5', '9', '5'),
    ]);
    expect(trouble()).to.equal(null);
  });

  it('is one when records were deleted before they were read, once, and stays one though the group jumps over them', () => {
    const { alarms, look, trouble } = watch();
    look([position('500', '900', '300')]);
    look([position('500', '900', '900')]);
    expect(alarms).to.have.length(1);
    expect(trouble()).to.match(
      /^stream: fx\/2: 200 records from offset 300 on were deleted before they were read/,
    );
  });

  it('is one when the log was made anew, and not for a leader that has only just taken over', () => {
    const { look, trouble } = watch();
    look([position('0', '7', '9')]);
    look([position('0', '9', '9')]);
    expect(trouble()).to.equal(null);
    look([position('0', '0', '9')]);
    look([position('0', '0', '9')]);
    expect(trouble()).to.match(/had read up to offset 9 and the log ends at 0/);
  });
});
