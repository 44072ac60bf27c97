import { createRequire } from 'node:module';
import { expect } from 'chai';
import { guardKafkajs, headersOf } from '../../../stream/kafka/kafkajs-guard.ts';

const require = createRequire(import.meta.url);
const Encoder = require('kafkajs/src/protocol/encoder');
const Decoder = require('kafkajs/src/protocol/decoder');
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0');
const decodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0/decoder');

describe('a record that kafkajs has read', () => {
  before(() => {
    guardKafkajs();
    guardKafkajs();
  });

  const read = (headers: Record<string, Buffer | string | (Buffer | string)[]>) => {
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

  it('has the last of a header that stands more than once', () => {
    expect(headersOf(read({ twice: ['1', '2', '3'] }))).to.deep.equal({ twice: Buffer.from('3') });
  });
});
