import { writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { explainFullDisk } from '../../../platform/embedded-postgres/join.ts';
import { CannotStart } from '../../../platform/errors.ts';
import { classify } from '../../../platform/faults.ts';
import { troubleOf } from '../../../platform/health.ts';

const withCode = (code: string) => Object.assign(new Error('x'), { code });

describe('an error of the database', () => {
  for (const code of [
    '08006',
    '08P01',
    '25P03',
    '40001',
    '40P01',
    '53100',
    '53300',
    '55P03',
    '57014',
    '57P01',
    '57P02',
    '57P03',
    'ECONNREFUSED',
    'EPIPE',
    'ETIMEDOUT',
    'EAI_AGAIN',
  ]) {
    it(`${code} is an outage`, () => expect(classify(withCode(code))).to.equal('outage'));
  }
  for (const message of [
    'Connection terminated unexpectedly',
    'ROLLBACK - Connection terminated unexpectedly',
    'select 1 - Query read timeout',
    'timeout expired',
    'Client has encountered a connection error and is not queryable',
  ]) {
    it(`"${message}" is an outage`, () => expect(classify(new Error(message))).to.equal('outage'));
  }
  for (const code of ['22001', '22003', '22008', '22P02', '22P05', '23514']) {
    it(`${code} is unstorable`, () => expect(classify(withCode(code))).to.equal('unstorable'));
  }
  for (const code of ['23503', '23505', '42P01', '42703', '42501', 'XX000']) {
    it(`${code} is a bug`, () => expect(classify(withCode(code))).to.equal('bug'));
  }
  it('is none where a file cannot be written', async () => {
    const refused = await writeFile('/nowhere/x', '').catch((error: Error) => error);
    expect(classify(refused)).to.equal('bug');
  });
  it('that is none at all is a bug', () =>
    expect(classify(new TypeError('x is not a function'))).to.equal('bug'));
});

describe('a failure of the embedded Postgres', () => {
  const failure = new CannotStart('The embedded Postgres does not start: it is shut down');

  it('on a full disk is an outage by that cause, with the folder and what to free', () => {
    const full = explainFullDisk(failure, '/tmp', () => false);
    expect(classify(full)).to.equal('outage');
    const { code, trouble } = troubleOf(full);
    expect([code, trouble.replace(/\d+ MB/, '… MB')]).to.deep.equal([
      'disk_full',
      'The disk is full: … MB are free in /tmp, where Postgres keeps its data. ' +
        'Free space there: old logs, dumps and copies, never files in pg',
    ]);
    const initdb = new CannotStart('initdb: could not write: No space left on device');
    expect(troubleOf(explainFullDisk(initdb, '/tmp')).code).to.equal('disk_full');
  });

  it('with space left is reported as it is', () => {
    expect(explainFullDisk(failure, '/tmp')).to.equal(failure);
    expect(explainFullDisk(failure, '/dev/null'), 'no folder').to.equal(failure);
  });

  it('keeps its reason where the file system reports no blocks, as /proc does', function () {
    if (process.platform !== 'linux') return this.skip();
    expect(explainFullDisk(failure, '/proc')).to.equal(failure);
  });
});
