import { writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { databaseFault } from '../../../platform/sqlstate.ts';

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
    it(`${code} means that Postgres is away`, () =>
      expect(databaseFault(withCode(code))).to.equal('away'));
  }
  for (const message of [
    'Connection terminated unexpectedly',
    'ROLLBACK - Connection terminated unexpectedly',
    'select 1 - Query read timeout',
    'timeout expired',
    'Client has encountered a connection error and is not queryable',
  ]) {
    it(`"${message}" means that Postgres is away`, () =>
      expect(databaseFault(new Error(message))).to.equal('away'));
  }
  for (const code of ['22001', '22003', '22008', '22P02', '22P05', '23514']) {
    it(`${code} means that the data can never be stored`, () =>
      expect(databaseFault(withCode(code))).to.equal('impossible'));
  }
  for (const code of ['23503', '23505', '42P01', '42703', '42501', 'XX000']) {
    it(`${code} is a fault of ours`, () => expect(databaseFault(withCode(code))).to.equal('other'));
  }
  it('is none where a file cannot be written', async () => {
    const refused = await writeFile('/nowhere/x', '').catch((error: Error) => error);
    expect(databaseFault(refused)).to.equal('other');
  });
  it('that is none at all is a fault of ours', () =>
    expect(databaseFault(new TypeError('x is not a function'))).to.equal('other'));
});
