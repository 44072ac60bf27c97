import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { BatchHandler, EventStream, StreamRecord, Subscription } from '../../stream/port.ts';
import { eventually } from './eventually.ts';

/** The contract of every stream adapter. Each `open` returns one more client of the same stream. */
export function describeStreamContract(open: () => Promise<EventStream>): void {
  let stream: EventStream;
  let topic: string;
  const opened: EventStream[] = [];
  const subscriptions: Subscription[] = [];

  const client = async () => {
    const another = await open();
    opened.push(another);
    return another;
  };
  const subscribe = async (from: EventStream, group: string, onBatch: BatchHandler) => {
    const subscription = await from.subscribe({ topic, group, onBatch });
    subscriptions.push(subscription);
    return subscription;
  };
  const publish = (...pairs: [string, string][]) =>
    stream.publish(
      topic,
      pairs.map(([key, value]) => ({ key, value: Buffer.from(value) })),
    );

  beforeEach(async () => {
    stream = await client();
    topic = `test.${randomUUID()}`;
    await stream.createTopic({ topic, partitions: 3, replication: 1 });
  });
  afterEach(async () => {
    await Promise.all(subscriptions.splice(0).map((subscription) => subscription.stop()));
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });

  it('creates a topic once, however often it is called', async () => {
    await stream.createTopic({ topic, partitions: 3, replication: 1 });
    const empty = [0, 1, 2].map((partition) => {
      return { partition, low: '0', high: '0', committed: null };
    });
    // A fresh broker has no coordinator for its groups yet.
    await eventually(async () =>
      expect(await stream.positions(topic, 'no-group')).to.deep.equal(empty),
    );
  });

  it('refuses to publish to a topic that does not exist', async () => {
    const error = await stream
      .publish(`none.${randomUUID()}`, [{ key: 'a', value: Buffer.from('1') }])
      .catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error);
  });

  it('delivers key, value, headers and time as they were published', async () => {
    const began = Date.now() - 5000;
    await stream.publish(topic, [
      {
        key: 'USD-KES',
        value: Buffer.from([0, 255, 1]),
        headers: { ce_id: 'é-1', kind: Buffer.from('x') },
      },
    ]);
    const seen = collector(1);
    await subscribe(stream, 'readers', seen.onBatch);
    const [record] = await seen.all;
    expect(record?.key?.toString()).to.equal('USD-KES');
    expect(record?.value).to.deep.equal(Buffer.from([0, 255, 1]));
    expect(record?.headers['ce_id']?.toString()).to.equal('é-1');
    expect(record?.headers['kind']?.toString()).to.equal('x');
    expect(Number(record?.timestampMs)).to.be.within(began, Date.now() + 5000);
  });

  it('delivers headers without a value, and all values of a repeated name', async () => {
    const headers = { traceparent: null, hop: ['1', Buffer.from('2'), '3'] };
    await stream.publish(topic, [{ key: 'a', value: Buffer.from('1'), headers }]);
    const seen = collector(1);
    await subscribe(stream, 'readers', seen.onBatch);
    const delivered = (await seen.all)[0]?.headers;
    expect(delivered?.['hop']).to.deep.equal(['1', '2', '3'].map((text) => Buffer.from(text)));
    // kafkajs can read a header without a value, and writes an empty one.
    expect(delivered?.['traceparent'] ?? Buffer.alloc(0)).to.have.length(0);
  });

  it('delivers a tombstone as a record without a value', async () => {
    await stream.publish(topic, [{ key: 'a', value: null }]);
    const seen = collector(1);
    await subscribe(stream, 'readers', seen.onBatch);
    expect((await seen.all)[0]?.value).to.equal(null);
  });

  it('reports where the records went: dense offsets, one partition per key', async () => {
    const first = await publish(['a', '1'], ['a', '2']);
    const second = await publish(['a', '3']);
    expect(first).to.deep.equal([{ partition: first[0]?.partition, first: '0', last: '1' }]);
    expect(second).to.deep.equal([{ partition: first[0]?.partition, first: '2', last: '2' }]);
  });

  it('keeps the order of each key over 1,000 records published by four at once', async () => {
    const keys = ['a', 'b', 'c', 'd'];
    await Promise.all(
      keys.map(async (key) => {
        for (let n = 0; n < 250; n += 50)
          await publish(
            ...Array.from({ length: 50 }, (_, i): [string, string] => [key, String(n + i)]),
          );
      }),
    );
    const seen = collector(1000);
    await subscribe(stream, 'readers', seen.onBatch);
    const records = await seen.all;
    for (const key of keys) {
      const values = records
        .filter((record) => record.key?.toString() === key)
        .map((record) => Number(record.value));
      expect(values, key).to.deep.equal(Array.from({ length: 250 }, (_, n) => n));
    }
  });

  it('delivers all records to every group, and only new ones to a group that returns', async () => {
    await publish(['a', '1'], ['b', '2']);
    const [one, other] = [collector(2), collector(2)];
    const first = await subscribe(stream, 'one', one.onBatch);
    await subscribe(stream, 'other', other.onBatch);
    expect((await one.all).length).to.equal(2);
    expect((await other.all).length).to.equal(2);
    await committed(stream, topic, 'one', 2);
    await first.stop();
    await publish(['a', '3']);
    const again = collector(1);
    await subscribe(await client(), 'one', again.onBatch);
    expect((await again.all).map(textOf)).to.deep.equal(['3']);
  });

  it('delivers the same records again when the handler fails, and loses none', async () => {
    await publish(['a', '1'], ['a', '2']);
    const attempts: string[][] = [];
    const seen = collector(2);
    await subscribe(stream, 'readers', (records) => {
      attempts.push(records.map(textOf));
      return attempts.length < 3 ? Promise.reject(new Error('not yet')) : seen.onBatch(records);
    });
    await seen.all;
    expect(attempts.slice(0, 3)).to.deep.equal([attempts[0], attempts[0], attempts[0]]);
    await committed(stream, topic, 'readers', 2);
  });

  it('reports trouble while the handler fails, and none once it works', async () => {
    await publish(['a', '1']);
    let working = false;
    const [failing, fine] = [collector(1), collector(1)];
    const subscription = await subscribe(stream, 'readers', async (records) => {
      await failing.onBatch(records);
      if (!working) throw new Error('the table is away');
      await fine.onBatch(records);
    });
    await failing.all;
    await eventually(() => expect(subscription.health().trouble).to.match(/the table is away/));
    working = true;
    await fine.all;
    await eventually(() => expect(subscription.health().trouble).to.equal(null));
  });

  it('does not commit records when the member stops while handling them', async () => {
    await publish(['a', '1']);
    const began = collector(1);
    const stopping = await subscribe(stream, 'readers', async (records) => {
      await began.onBatch(records);
      throw new Error('killed before its work was done');
    });
    await began.all;
    await stopping.stop();
    const again = collector(1);
    await subscribe(await client(), 'readers', again.onBatch);
    expect((await again.all).map(textOf)).to.deep.equal(['1']);
  });

  it('shares the partitions between two members, and gives all to the remaining one', async () => {
    const seen: Record<string, Set<number>> = { first: new Set(), second: new Set() };
    const note = (who: string) => (records: readonly StreamRecord[]) => {
      for (const { partition } of records) seen[who]?.add(partition);
      return Promise.resolve();
    };
    const first = await subscribe(stream, 'members', note('first'));
    const second = await subscribe(await client(), 'members', note('second'));
    await eventually(() => {
      const owned = [first.health().partitions, second.health().partitions];
      expect(owned.flat().sort()).to.deep.equal([0, 1, 2]);
      expect(owned.map((of) => of.length).sort()).to.deep.equal([1, 2]);
    });
    await second.stop();
    await eventually(() => expect([...first.health().partitions].sort()).to.deep.equal([0, 1, 2]));
    await publish(...Array.from({ length: 60 }, (_, n): [string, string] => [`k${n}`, 'x']));
    await committed(stream, topic, 'members', 60);
    expect([...(seen['first'] ?? [])].sort()).to.deep.equal([0, 1, 2]);
  });

  it('reads a range by time without moving the offsets of any group', async () => {
    await publish(['a', 'old'], ['b', 'old']);
    const seen = collector(2);
    await subscribe(stream, 'live', seen.onBatch);
    await seen.all;
    await committed(stream, topic, 'live', 2);
    const middle = new Date(lastTime(await seen.all) + 1).toISOString();
    await eventually(() => expect(Date.now()).to.be.greaterThan(Date.parse(middle) + 5));
    await publish(['a', 'new'], ['c', 'new']);
    const before = await committed(stream, topic, 'live', 4);
    const values = async (range: { from?: string; to?: string }) => {
      const found: string[] = [];
      for await (const records of stream.read({ topic, ...range }))
        found.push(...records.map(textOf));
      return found.sort();
    };
    expect(await values({})).to.deep.equal(['new', 'new', 'old', 'old']);
    expect(await values({ from: middle })).to.deep.equal(['new', 'new']);
    expect(await values({ to: middle })).to.deep.equal(['old', 'old']);
    expect(await values({ from: new Date(Date.now() + 60_000).toISOString() })).to.deep.equal([]);
    expect(await stream.positions(topic, 'live')).to.deep.equal(before);
  });
}

const textOf = (record: StreamRecord) => String(record.value);
const lastTime = (records: readonly StreamRecord[]) =>
  Math.max(...records.map(({ timestampMs }) => Number(timestampMs)));

/** Gathers records until there are `count`, and then goes on taking them. */
function collector(count: number): {
  onBatch: BatchHandler;
  all: Promise<readonly StreamRecord[]>;
} {
  const records: StreamRecord[] = [];
  let enough: (records: readonly StreamRecord[]) => void;
  const all = new Promise<readonly StreamRecord[]>((resolve) => {
    enough = resolve;
  });
  return {
    all,
    onBatch: (batch) => {
      records.push(...batch);
      if (records.length >= count) enough(records);
      return Promise.resolve();
    },
  };
}

/** Waits until the group has committed `count` records in all, and gives the positions then. */
async function committed(stream: EventStream, topic: string, group: string, count: number) {
  return eventually(async () => {
    const positions = await stream.positions(topic, group);
    expect(positions.reduce((sum, { committed: done }) => sum + Number(done ?? 0), 0)).to.equal(
      count,
    );
    return positions;
  });
}
