import { EventEmitter } from 'node:events';
import { connect } from 'node:net';
import axios from 'axios';
import { expect } from 'chai';
import type { Response } from 'express';
import { pino } from 'pino';
import { EventStream } from '../../../api/rates/event-stream.ts';
import { type Database, openDatabase } from '../../../platform/database.ts';
import { execute } from '../../../platform/sql.ts';
import { openEventStream } from '../../support/event-source.ts';
import { eventually } from '../../support/eventually.ts';
import { pipeline } from '../../support/pipeline.ts';
import { quiet } from '../../support/quiet.ts';

const INSERT = `
  insert into rate_observations
    (event_id, run_id, source, base_currency, quote_currency, mid, observed_at, fetched_at)
  select gen_random_uuid(), :name::text || n, 'simulator', 'USD', 'KES', 129.5, now(), now()
  from generate_series(1, :count::int) n`;

describe('GET /v2/events', () => {
  let parts: Awaited<ReturnType<typeof pipeline>>;
  let url: string;
  const logged: string[] = [];
  before(async function () {
    this.timeout(60_000);
    parts = await pipeline({
      log: pino({ level: 'info' }, { write: (line) => void logged.push(line) }),
    });
    url = `${(await parts.api()).url}/v2/events`;
  });
  after(() => parts.stop());
  const store = (name: string, count = 1) => execute(parts.db, INSERT, { name, count });
  const names = ({ events }: ReturnType<typeof openEventStream>) =>
    events.map(({ data }) => data['run_id']);

  it('sends each newly stored rate, and resumes with Last-Event-ID', async () => {
    const first = openEventStream(url);
    await eventually(() => expect(first.status()).to.equal(200));
    await store('a');
    await eventually(() => expect(names(first)).to.deep.equal(['a1']));
    expect(first.events[0]?.data).to.include({ base: 'USD', quote: 'KES', rate: '129.5' });
    first.leave();
    await store('b', 2);
    const second = openEventStream(url, first.events[0]?.id);
    await eventually(() => expect(names(second)).to.deep.equal(['b1', 'b2']));
    second.leave();
  });

  it('waits for older open transactions, so that no rate is skipped', async () => {
    const db = openDatabase({ url: parts.url, name: 'two writers' });
    const client = openEventStream(url);
    await eventually(() => expect(client.status()).to.equal(200));
    const slow = await db.transaction();
    await execute(slow, INSERT, { name: 'slow', count: 1 });
    const quick = await db.transaction();
    await execute(quick, INSERT, { name: 'quick', count: 1 });
    await quick.commit();
    const probe = openEventStream(url);
    await eventually(() => expect(probe.status()).to.equal(200));
    expect(names(client)).to.deep.equal([]);
    await slow.commit();
    await eventually(() => expect(names(client)).to.deep.equal(['slow1', 'quick1']));
    client.leave();
    probe.leave();
    await db.destroy();
  });

  it('sends more than one batch in the order of transactions, 99 before 100', async () => {
    const storedBy = INSERT.replace('(event_id,', '(stored_by, event_id,').replace(
      'select gen_random_uuid()',
      'select :transaction::xid8, gen_random_uuid()',
    );
    for (const transaction of ['99', '100'])
      await execute(parts.db, storedBy, { name: `t${transaction}n`, count: 300, transaction });
    const client = openEventStream(url, '98-0');
    const stored = () => names(client).filter((name) => /^t\d/.test(String(name)));
    await eventually(() => expect(stored()).to.have.length(600));
    expect(stored()[299]).to.equal('t99n300');
    client.leave();
  });

  it('has no gap or repeat with four writers and a client that reconnects', async function () {
    this.timeout(60_000);
    const db = openDatabase({ url: parts.url, name: 'four writers', poolSize: 4 });
    let client = openEventStream(url);
    await eventually(() => expect(client.status()).to.equal(200));
    const seen: string[] = [];
    let last: string | undefined;
    const reconnect = () => {
      client.leave();
      seen.push(...(names(client) as string[]));
      last = client.events.at(-1)?.id ?? last;
      client = openEventStream(url, last);
    };
    // The first event gives the id to resume from.
    await store('w0x');
    await eventually(() => expect(client.events).to.have.length(1));
    const writers = Promise.all(
      [1, 2, 3, 4].map(async (writer) => {
        for (let round = 1; round <= 40; round++) {
          await db.transaction(async (trx) => {
            await execute(trx, INSERT, { name: `w${writer}r${round}n`, count: 2 });
            await trx.raw('select pg_sleep(random() * 0.02)');
          });
        }
      }),
    );
    const losing = setInterval(reconnect, 150);
    await writers;
    clearInterval(losing);
    await eventually(() => expect(seen.length + client.events.length).to.equal(1 + 4 * 40 * 2));
    const all = [...seen, ...(names(client) as string[])];
    expect(new Set(all).size).to.equal(all.length);
    client.leave();
    await db.destroy();
  });

  it('does not keep a client that disconnects while it subscribes', async () => {
    const gone = Object.assign(new EventEmitter(), {
      destroyed: false,
      writableLength: 0,
      write: () => true,
      writeHead: () => {},
    });
    let reads = 0;
    const db = {
      raw: async () => {
        if (gone.destroyed) reads++;
        gone.destroyed = true;
        gone.emit('close');
        return { rows: [{ xmin: '1' }] };
      },
    };
    const feed = new EventStream({ db: db as unknown as Database, log: quiet });
    const res = Object.assign(gone, { req: { ip: '127.0.0.1' } });
    await feed.subscribe(res as unknown as Response, null);
    feed.wake();
    feed.stop();
    expect(reads).to.equal(0);
  });

  it('disconnects a client that does not read, and refuses an invalid id', async function () {
    this.timeout(60_000);
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    let closed = false;
    socket.on('close', () => {
      closed = true;
    });
    socket.on('error', () => {});
    socket.write(
      `GET /v2/events HTTP/1.1\r\nHost: ${hostname}:${port}\r\nLast-Event-ID: 0-0\r\n\r\n`,
    );
    socket.pause();
    await store('much', 40_000);
    await eventually(() => expect(logged.join()).to.contain('client does not read, disconnected'));
    socket.resume();
    await eventually(() => expect(closed).to.equal(true));
    expect((await axios.head(url, { timeout: 5000 })).headers['content-type']).to.equal(
      'text/event-stream',
    );
    const wrong = openEventStream(url, 'x');
    await eventually(() => expect(wrong.status()).to.equal(400));
    wrong.leave();
  });
});
