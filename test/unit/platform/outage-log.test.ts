import { expect } from 'chai';
import { pino } from 'pino';
import sinon from 'sinon';
import { StreamUnavailable } from '../../../platform/errors.ts';
import { openOutageLog } from '../../../platform/outage-log.ts';
import { streamError } from '../../../stream/kafka/faults.ts';

const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const full = Object.assign(new Error('could not extend file'), { code: '53100' });

describe('the outage log', () => {
  let clock: sinon.SinonFakeTimers;
  let lines: Record<string, unknown>[];
  const logger = () =>
    pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  beforeEach(() => {
    clock = sinon.useFakeTimers();
    lines = [];
  });
  afterEach(() => clock.restore());
  const messages = () => lines.map(({ msg }) => msg);

  it('logs the begin of an outage with cause, consequence and next attempt, and its end', () => {
    const meanwhile = 'rates stay in the ledger';
    const outage = openOutageLog({ name: 'publish', meanwhile, log: logger() });
    outage.failed(refused, 499.6);
    for (let attempt = 0; attempt < 100; attempt++) {
      clock.tick(1000);
      outage.failed(refused, 1000);
    }
    outage.recovered();
    outage.recovered();
    expect(messages()).to.deep.equal([
      'Postgres is unavailable, publish retries',
      'Postgres works again after 100 s',
    ]);
    expect(lines[0]).to.deep.include({ code: 'postgres_unavailable', retryInMs: 500, meanwhile });
    expect(lines[0]?.['err'])
      .to.have.property('stack')
      .that.matches(/ECONNREFUSED/);
    expect(lines[1]).to.include({ seconds: 100 });
  });

  it('logs an outage once for all loops of the process that fail by it', () => {
    const log = logger();
    const heartbeat = openOutageLog({ name: 'heartbeat', log });
    const ledger = openOutageLog({ name: 'ledger', log });
    heartbeat.failed(refused, 500);
    ledger.failed(refused, 500);
    heartbeat.recovered();
    ledger.recovered();
    expect(messages()).to.deep.equal([
      'Postgres is unavailable, heartbeat retries',
      'Postgres works again after 0 s',
    ]);
  });

  it('names what of the stream is unavailable, each by itself', () => {
    const log = logger();
    const publish = openOutageLog({ name: 'publish', log });
    const read = openOutageLog({ name: 'read', log });
    const what = 'the token endpoint (KAFKA_SASL_TOKEN_URL)';
    const wrapped = new Error('SASL failed', {
      cause: new StreamUnavailable('no token', { what }),
    });
    read.failed(streamError(refused), 500);
    publish.failed(streamError(Object.assign(wrapped, { name: 'StreamUnavailable' })), 500);
    publish.failed(new StreamUnavailable('the topic fx.rates.v1 does not exist'), 500);
    expect(messages()).to.deep.equal([
      'Kafka (KAFKA_BROKERS) is unavailable, read retries',
      'the token endpoint (KAFKA_SASL_TOKEN_URL) is unavailable, publish retries',
      'the event stream is unavailable, publish retries',
    ]);
  });

  it('logs another cause, and a bug of each loop, by itself', () => {
    const log = logger();
    const heartbeat = openOutageLog({ name: 'heartbeat', log });
    const ledger = openOutageLog({ name: 'ledger', log });
    heartbeat.failed(refused, 500);
    ledger.failed(full, 500);
    heartbeat.failed(new TypeError('x is not a function'), 500);
    ledger.failed(new TypeError('x is not a function'), 500);
    expect(lines.map(({ code }) => code)).to.deep.equal([
      'postgres_unavailable',
      'disk_full',
      'bug',
      'bug',
    ]);
  });
});
