import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import { pino } from 'pino';
import sinon from 'sinon';
import { handleErrors } from '../../../api/http/problems.ts';
import { openOutageLog } from '../../../platform/outage-log.ts';

const withCode = (code: string, message = code) => Object.assign(new Error(message), { code });

describe('an error of the database in a request', () => {
  let lines: { level: number; msg: string; err?: { message: string } }[];
  let isMigrated: boolean;
  const log = () =>
    pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  beforeEach(() => {
    lines = [];
    isMigrated = true;
  });

  /** What requests get that fail by these errors, one after the other. */
  async function responses(errors: Error[], logger = log()) {
    const app = express();
    app.get('/', () => {
      throw errors.shift();
    });
    app.use(handleErrors({ log: logger, isMigrated: () => isMigrated }));
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const details: string[] = [];
    while (errors.length > 0) {
      const response = await fetch(url);
      const { detail } = (await response.json()) as { detail: string };
      details.push(`${response.status} ${detail}`);
    }
    server.close();
    return details;
  }
  const logged = () => lines.map(({ level, msg }) => `${level} ${msg}`);

  it('by missing tables is a start until the migration of the process has ended', async () => {
    isMigrated = false;
    const [detail] = await responses([withCode('42P01')]);
    expect(detail).to.match(/^503 starting: /);
    expect(logged()).to.deep.equal(['20 request refused: not migrated yet']);
  });

  it('by missing tables is logged once for each cause when the migration has ended', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    try {
      const missing = withCode('42703', 'column "newer" does not exist');
      const details = await responses([missing, withCode('42703'), withCode('3F000')]);
      for (const detail of details) expect(detail).to.match(/^503 the tables are missing or of /);
      clock.tick(60_000);
    } finally {
      clock.restore();
    }
    expect(logged()).to.deep.equal([
      '50 reading the tables (42703) failed, retrying',
      '20 reading the tables (42703) failed again, retrying',
      '50 reading the tables (3F000) failed, retrying',
      '30 reading the tables (42703) works again after 60 s',
      '30 reading the tables (3F000) works again after 60 s',
    ]);
    expect(lines[0]?.err?.message).to.equal('column "newer" does not exist');
  });

  it('is a full disk where the process knows that its own server has stopped by it', async () => {
    const logger = log();
    const refused = () => withCode('ECONNREFUSED');
    expect(await responses([refused(), withCode('53100')], logger)).to.deep.equal([
      '503 the database is unavailable (ECONNREFUSED); retry in a few seconds',
      '503 the database is unavailable (disk_full); retry in a few seconds',
    ]);
    const outage = openOutageLog({ name: 'restart of the embedded Postgres', log: logger });
    outage.failed(withCode('53100'), 1000);
    expect(await responses([refused()], logger)).to.deep.equal([
      '503 the database is unavailable (disk_full); retry in a few seconds',
    ]);
    outage.recovered();
    expect((await responses([refused()], logger))[0]).to.match(/ECONNREFUSED/);
  });
});
