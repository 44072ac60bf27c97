import { expect } from 'chai';
import { describeError, terminalLine, usefulFirst } from '../../../platform/logger.ts';

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

  it('has no stack where Postgres did not respond', () => {
    const err = { type: 'Error', message: 'timeout expired', stack: 'a\nb' };
    expect(line({ level: 'error', msg: 'failed', err })).to.equal(
      '01:02:03 ERROR failed: timeout expired',
    );
  });

  it('is coloured by its level where the terminal has colours', () => {
    const json = JSON.stringify({ level: 'warn', time: '2026-11-24T01:02:03.456Z', msg: 'x' });
    expect(terminalLine(json, true)).to.equal('01:02:03 \x1b[33mWARN \x1b[0m x');
  });
});

describe('a log line of JSON', () => {
  it('begins with what happened and what happens meanwhile, and ends with the error', () => {
    const json = JSON.stringify({ level: 'error', time: 'T', err: {}, runId: 'r', msg: 'm' });
    expect(usefulFirst(json)).to.equal(
      '{"level":"error","time":"T","msg":"m","runId":"r","err":{}}',
    );
    const more = JSON.stringify({
      level: 'error',
      time: 'T',
      runId: 'r',
      meanwhile: 'w',
      msg: 'm',
    });
    expect(usefulFirst(more)).to.equal(
      '{"level":"error","time":"T","msg":"m","meanwhile":"w","runId":"r"}',
    );
  });

  it('says once what an error and its causes say', () => {
    const refused = new Error('connect ECONNREFUSED');
    const kafka = new Error('Connection error: connect ECONNREFUSED', { cause: refused });
    const ours = new Error(`kafka: ${kafka.message}`, { cause: kafka });
    expect(describeError(ours)).to.include({
      type: 'Error',
      message: 'kafka: Connection error: connect ECONNREFUSED',
    });
    const other = new Error('no broker', { cause: refused });
    expect(describeError(other)).to.include({ message: 'no broker: connect ECONNREFUSED' });
  });

  it('ends where the causes of an error form a circle', () => {
    const [first, second] = [new Error('first'), new Error('second')];
    Object.assign(first, { cause: second });
    Object.assign(second, { cause: first });
    expect(describeError(first)).to.include({ message: 'first: second' });
  });
});
