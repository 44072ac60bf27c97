import { createRequire } from 'node:module';
import { expect } from 'chai';
import { guardKafkajs } from '../stream/kafkajs-guard.ts';

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
    const record = encodeRecord({ offsetDelta: 2, timestampDelta: 3, key: 'USD-KES', value: 'mid', headers });
    const decoder = new Decoder(new Encoder().writeEncoder(record).buffer);
    decoder.readVarInt();
    return decodeRecord(decoder, { firstOffset: '40', firstTimestamp: '1000', magicByte: 2 });
  };

  it('shows its headers to whoever looks at them, in any way', () => {
    const two = { ce_id: 'é-1', kind: Buffer.from([0, 255]) };
    const bytes = { ce_id: Buffer.from('é-1'), kind: Buffer.from([0, 255]) };
    expect(read(two)).to.deep.include({
      offset: '42',
      timestamp: '1003',
      key: Buffer.from('USD-KES'),
      value: Buffer.from('mid'),
    });
    expect({ ...read(two).headers }).to.deep.equal(bytes);
    expect(Object.keys(read(two).headers)).to.deep.equal(['ce_id', 'kind']);
    expect(read(two).headers.kind).to.deep.equal(bytes.kind);
    expect('ce_id' in read(two).headers && !('other' in read(two).headers)).to.equal(true);
    const { headers } = read(two);
    expect([headers.ce_id, headers.ce_id, Object.entries(headers).length]).to.deep.equal([bytes.ce_id, bytes.ce_id, 2]);
    expect({ ...read({}).headers }).to.deep.equal({});
  });

  it('has a list for a header that stands more than once', () => {
    expect(read({ twice: ['1', '2', '3'] }).headers.twice.map(String)).to.deep.equal(['1', '2', '3']);
  });
});
