import { expect } from 'chai';
import { terminalLine } from '../../../platform/logger.ts';

const line = (fields: object) =>
  terminalLine(
    JSON.stringify({ level: 'info', time: '2026-11-24T01:02:03.456Z', ...fields }),
    false,
  );

describe('a log line on a terminal', () => {
  it('is one line: time, level, message and fields', () => {
    expect(line({ msg: 'run confirmed', runId: 'r1', rates: 7 })).to.equal(
      '01:02:03 INFO  run confirmed runId=r1 rates=7',
    );
    expect(line({ msg: 'listening on http://x', url: 'http://x' })).to.equal(
      '01:02:03 INFO  listening on http://x',
    );
  });

  it('ends with the cause of an outage, and with the stack of a bug', () => {
    const refused = { type: 'Error', message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' };
    expect(line({ level: 'error', msg: 'failed', err: { ...refused, stack: 'a\nb' } })).to.equal(
      '01:02:03 ERROR failed: connect ECONNREFUSED',
    );
    const bug = { type: 'TypeError', message: 'x is not a function', stack: 'TypeError: x\n at y' };
    expect(line({ level: 'error', msg: 'failed', err: bug })).to.equal(
      '01:02:03 ERROR failed: TypeError: x\n at y',
    );
  });

  it('is coloured by its level where the terminal has colours', () => {
    const json = JSON.stringify({ level: 'warn', time: '2026-11-24T01:02:03.456Z', msg: 'x' });
    expect(terminalLine(json, true)).to.equal('01:02:03 \x1b[33mWARN \x1b[0m x');
  });
});
