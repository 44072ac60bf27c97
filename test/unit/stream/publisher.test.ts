import { expect } from 'chai';
import { openPublisher } from '../../../stream/publisher.ts';

describe('a publisher', () => {
  const topic = { topic: 'fx', partitions: 3, replication: 1 };
  let calls: string[];
  let failing: string | null;
  const step = (name: string) => {
    calls.push(name);
    return failing === name ? Promise.reject(new Error(`${name} failed`)) : Promise.resolve();
  };
  const open = () =>
    openPublisher({
      stream: {
        createTopic: () => step('createTopic'),
        publish: () => step('publish').then(() => []),
      },
      topic,
      prepare: () => step('look up').then(() => 7),
    });
  beforeEach(() => {
    calls = [];
    failing = null;
  });

  it('creates the topic and looks the schema up once, not before every publish', async () => {
    const publisher = open();
    expect(await publisher.prepare()).to.equal(7);
    await publisher.publish([]);
    await publisher.publish([]);
    expect(await publisher.prepare()).to.equal(7);
    expect(calls).to.deep.equal(['createTopic', 'look up', 'publish', 'publish']);
  });

  it('prepares again after a failed publish, since the topic may have been recreated', async () => {
    const publisher = open();
    await publisher.publish([]);
    failing = 'publish';
    expect(await publisher.publish([]).catch((err: Error) => err.message)).to.equal(
      'publish failed',
    );
    failing = null;
    await publisher.publish([]);
    expect(calls.slice(4)).to.deep.equal(['createTopic', 'look up', 'publish']);
  });

  it('retries a preparation that failed, and publishes nothing until it works', async () => {
    const publisher = open();
    failing = 'look up';
    expect(await publisher.publish([]).catch((err: Error) => err.message)).to.equal(
      'look up failed',
    );
    failing = null;
    await publisher.publish([]);
    expect(calls).to.deep.equal([
      ...['createTopic', 'look up'],
      ...['createTopic', 'look up', 'publish'],
    ]);
  });
});
