import { createRequire } from 'node:module';
import { expect } from 'chai';
import { headersOf, patchKafkajs } from '../../../stream/kafka/kafkajs-patches.ts';

const require = createRequire(import.meta.url);
const Encoder = require('kafkajs/src/protocol/encoder');
const Decoder = require('kafkajs/src/protocol/decoder');
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0');
const encodeHeader = require('kafkajs/src/protocol/recordBatch/header/v0');
const decodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0/decoder');

describe('a broker that does not know the group', () => {
  before(patchKafkajs);

  it('means that nothing is committed, for every version of the request', async () => {
    for (const version of ['v2', 'v3', 'v4']) {
      const { parse } = require(`kafkajs/src/protocol/requests/offsetFetch/${version}/response`);
      const responses = [{ topic: 'fx', partitions: [] }];
      expect(await parse({ errorCode: 69, responses })).to.deep.include({ responses });
      const refused = await parse({ errorCode: 30, responses }).catch((err: Error) => err.name);
      expect(refused).to.equal('KafkaJSProtocolError');
    }
  });
});

describe('a record that kafkajs has read', () => {
  before(() => {
    patchKafkajs();
    patchKafkajs();
  });

  const read = (headers: Record<string, unknown>) => {
    const record = encodeRecord({
      offsetDelta: 2,
      timestampDelta: 3,
      key: 'USD-KES',
      value: 'mid',
      headers,
    });
    const decoder = new Decoder(new Encoder().writeEncoder(record).buffer);
    decoder.readVarInt();
    return decodeRecord(decoder, { firstOffset: '40', firstTimestamp: '1000', magicByte: 2 });
  };

  it('has its headers read when they are asked for, as often as they are', () => {
    const bytes = { ce_id: Buffer.from('é-1'), kind: Buffer.from([0, 255]) };
    const record = read({ ce_id: 'é-1', kind: bytes.kind });
    expect(record).to.deep.include({
      offset: '42',
      timestamp: '1003',
      key: Buffer.from('USD-KES'),
      value: Buffer.from('mid'),
    });
    expect([headersOf(record), headersOf(record)]).to.deep.equal([bytes, bytes]);
    expect(headersOf(read({}))).to.deep.equal({});
  });

  it('keeps all values of a header name that occurs more than once, in order', () => {
    const values = ['1', '2', '3'];
    expect(headersOf(read({ thrice: values }))).to.deep.equal({
      thrice: values.map((value) => Buffer.from(value)),
    });
  });

  it('has null for a header without a value, as Java producers write them', () => {
    const headers = [
      { key: 'traceparent', value: null },
      { key: 'twice', value: 'a' },
      { key: 'twice', value: null },
    ];
    // Field by field: kafkajs itself cannot write one.
    const record = new Encoder().writeInt8(0).writeVarLong(3).writeVarInt(2);
    record.writeVarIntBytes('USD-KES').writeVarIntBytes('mid');
    record.writeVarIntArray(headers.map(encodeHeader));
    const decoder = new Decoder(record.buffer);
    const decoded = decodeRecord(decoder, { firstOffset: '40', firstTimestamp: '0' });
    expect(headersOf(decoded)).to.deep.equal({
      traceparent: null,
      twice: [Buffer.from('a'), null],
    });
  });
});
