import { expect } from 'chai';

import { builtInSchema, requireFrozenSchema } from '../../../events/built-in-schemas.ts';
import {
  cloudEventHeaders,
  eventId,
  keyOf,
  RATE_OBSERVED_SCHEMA,
  type RateObserved,
  UndecodableRecord,
} from '../../../events/rate-observed.ts';
import { CURRENT_BUILT_IN_ID, encodeRate, rateDecoder } from '../../../events/wire-format.ts';

const rate: RateObserved = {
  event_id: 'b0f1a0d2-5c0e-5b8e-9a52-6f3f5a1c2d3e',
  run_id: '0d9f8f3e-7f0a-4a39-8f57-1f4d6f0f2a11',
  source: 'xe',
  base_currency: 'USD',
  quote_currency: 'KES',
  mid: '129.1500000000',
  observed_at: '2026-11-24T00:00:00.000Z',
  fetched_at: '2026-11-24T01:00:02.345Z',
};

/**
 * The rate above as each version wrote it, oldest first. Retention is unlimited: these bytes must
 * decode for ever. A new version adds its own bytes; no line ever changes.
 */
const GOLDEN: readonly string[] = [
  '007f0000014862306631613064322d356330652d356238652d396135322d366633663561316332643365483064' +
    '3966386633652d376630612d346133392d386635372d31663464366630663261313104786506555344064b4553' +
    '1c3132392e3135303030303030303080b0d1adc168d28e89b1c168',
];

const decode = rateDecoder(() => Promise.resolve(null));
const refusal = async (value: Buffer | null): Promise<string> => {
  try {
    await decode(value);
    return 'decoded';
  } catch (error) {
    if (!(error instanceof UndecodableRecord)) throw error;
    return error.reason;
  }
};
/** The event with one field changed, past the check that `encodeRate` makes. */
const changed = (field: keyof RateObserved, from: string, to: string): Buffer => {
  const bytes = encodeRate(rate, CURRENT_BUILT_IN_ID);
  const at = bytes.indexOf(from);
  expect(at, `${field} in the bytes`).to.be.greaterThan(0);
  return Buffer.concat([
    bytes.subarray(0, at),
    Buffer.from(to, 'latin1'),
    bytes.subarray(at + from.length),
  ]);
};

describe('the event RateObserved', () => {
  it('is written as the newest golden bytes, and read from those of every version', async () => {
    expect(encodeRate(rate, CURRENT_BUILT_IN_ID).toString('hex')).to.equal(GOLDEN.at(-1));
    for (const bytes of GOLDEN) expect(await decode(Buffer.from(bytes, 'hex'))).to.deep.equal(rate);
  });

  it('has the same id whenever the same rate of the same run is published', () => {
    expect(eventId(rate)).to.equal(eventId({ ...rate }));
    expect(eventId(rate)).to.match(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    for (const other of [
      { run_id: 'x' },
      { quote_currency: 'NGN' },
      { observed_at: '2026-11-24T00:00:00.001Z' },
    ]) {
      expect(eventId({ ...rate, ...other })).not.to.equal(eventId(rate));
    }
  });

  it('is keyed by its pair and carries CloudEvents headers as text', () => {
    expect(keyOf(rate)).to.equal('USD-KES');
    expect(cloudEventHeaders(rate)).to.deep.equal({
      ce_specversion: '1.0',
      ce_id: rate.event_id,
      ce_source: '/fx-rates/producer/xe',
      ce_type: 'fx.rates.RateObserved.v1',
      ce_time: '2026-11-24T00:00:00.000Z',
      ce_subject: 'USD-KES',
      'content-type': 'application/avro',
    });
  });

  it('is refused more than a day after it was fetched, and not within the day', () => {
    const fetched_at = '2026-11-24T01:00:00.000Z';
    const write = (observed_at: string) => () =>
      encodeRate({ ...rate, observed_at, fetched_at }, CURRENT_BUILT_IN_ID);
    expect(write('2026-11-25T01:00:00.000Z')).not.to.throw();
    expect(write('2026-11-25T01:00:00.001Z'))
      .to.throw(UndecodableRecord, /at most a day after 2026-11-24T01:00:00.000Z/)
      .with.property('code', 'observed_ahead');
    expect(write('1899-12-31T23:59:59.999Z')).to.throw(/years 1900 to 9999/);
  });

  it('has a frozen schema for every built-in id; a changed schema needs a new version', () => {
    expect(() => requireFrozenSchema()).not.to.throw();
    const { fields, ...record } = JSON.parse(RATE_OBSERVED_SCHEMA);
    const withField = (field: object) => JSON.stringify({ ...record, fields: [...fields, field] });
    const added = { name: 'added_by_a_test', type: 'string', default: 'x' };
    const version = GOLDEN.length;
    expect(() => requireFrozenSchema(withField(added)))
      .to.throw(`newest frozen version, v${version}.`)
      .with.property('message')
      .that.includes(
        `cp events/rate-observed.avsc events/frozen/rate-observed.v${version + 1}.avsc`,
      );
    const reworded = RATE_OBSERVED_SCHEMA.replace(/"doc": "[^"]*"/, '"doc": "other words"');
    expect(() => requireFrozenSchema(reworded)).not.to.throw();
    expect(builtInSchema(0x7f000001)).to.include('RateObserved');
    expect(builtInSchema(0x7f000000 + version)).to.include('RateObserved');
    expect(builtInSchema(0x7f000001 + version)).to.equal(null);
  });

  it('refuses to write what no reader would accept', () => {
    for (const mid of ['0', '-1', '1e3', 'NaN', '', '01', '1.', '.5', '1,5', ' 1']) {
      expect(() => encodeRate({ ...rate, mid }, CURRENT_BUILT_IN_ID), mid).to.throw(
        UndecodableRecord,
        'mid: expected a plain decimal above 0',
      );
    }
  });
});

describe('bytes that can never become a rate', () => {
  const good = encodeRate(rate, CURRENT_BUILT_IN_ID);
  const poison: [string, () => Buffer | null, string][] = [
    ['a tombstone', () => null, 'empty'],
    ['no bytes', () => Buffer.alloc(0), 'empty'],
    ['a frame cut short', () => good.subarray(0, 4), 'truncated'],
    [
      'another magic byte',
      () => Buffer.concat([Buffer.from([1]), good.subarray(1)]),
      'wrong magic byte',
    ],
    ['a record cut short', () => good.subarray(0, -3), 'not Avro'],
    ['bytes left over', () => Buffer.concat([good, Buffer.from([0])]), 'not Avro'],
    [
      'an unknown schema id',
      () => Buffer.concat([Buffer.from([0, 0, 0, 0, 9]), good.subarray(5)]),
      'unknown schema id',
    ],
    ['more than 64 KiB', () => Buffer.concat([good, Buffer.alloc(65_536)]), 'too large'],
    ['JSON', () => Buffer.from('{"mid":1}'), 'wrong magic byte'],
    ['a mid of NaN', () => changed('mid', '\x1c129.1500000000', '\x06NaN'), 'bad mid'],
    ['a mid of zero', () => changed('mid', '129.1500000000', '000.0000000000'), 'bad mid'],
    [
      'a currency in lower case',
      () => changed('quote_currency', 'KES', 'kes'),
      'bad quote_currency',
    ],
    ['bad UTF-8', () => changed('quote_currency', 'KES', '\xff\xfeS'), 'bad quote_currency'],
    [
      'a base that is its own quote',
      () => changed('quote_currency', 'KES', 'USD'),
      'bad quote_currency',
    ],
    ['a source that is no name', () => changed('source', '\x04xe', '\x04X!'), 'bad source'],
    [
      'an event id that is no UUID',
      () => changed('event_id', rate.event_id, 'z'.repeat(36)),
      'bad event_id',
    ],
  ];
  for (const [what, bytes, reason] of poison) {
    it(`${what}: ${reason}`, async () => {
      expect(await refusal(bytes())).to.equal(reason);
    });
  }

  it('100,000 random records throw cleanly or decode to something valid', async () => {
    let seed = 42;
    const random = () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return seed >>> 16;
    };
    // Half of the time would go to stack traces.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    let decoded = 0;
    for (let i = 0; i < 100_000; i++) {
      const bytes = Buffer.alloc(5 + (random() % 120));
      bytes.writeUInt32BE(CURRENT_BUILT_IN_ID, 1);
      for (let at = 5; at < bytes.length; at++) bytes[at] = random() & 0xff;
      if ((await refusal(bytes)) === 'decoded') decoded++;
    }
    Error.stackTraceLimit = stackTraceLimit;
    expect(decoded).to.equal(0);
  }).timeout(60_000);
});

describe('a schema of another writer', () => {
  const schemaOf = (fields: object[]) =>
    JSON.stringify({ type: 'record', name: 'RateObserved', namespace: 'fx.rates', fields });

  it('is looked up once and resolved to ours, added fields being skipped', async () => {
    const { fields } = JSON.parse(
      (await import('../../../events/rate-observed.ts')).RATE_OBSERVED_SCHEMA,
    );
    let asked = 0;
    const decodeNewer = rateDecoder(() => {
      asked++;
      return Promise.resolve(schemaOf([{ name: 'added_by_a_test', type: 'string' }, ...fields]));
    });
    const newer = Buffer.concat([
      Buffer.from([0, 0, 0, 0, 5, 4]),
      Buffer.from('xx'),
      encodeRate(rate, 1).subarray(5),
    ]);
    expect(await decodeNewer(newer)).to.deep.equal(rate);
    await decodeNewer(newer);
    expect(asked).to.equal(1);
  });

  it('without a required field makes its records undecodable, with the reason', async () => {
    const decodeOther = rateDecoder(() =>
      Promise.resolve(schemaOf([{ name: 'mid', type: 'string' }])),
    );
    const error = await decodeOther(Buffer.from([0, 0, 0, 0, 5, 2, 49])).catch(
      (thrown: unknown) => thrown,
    );
    expect(error)
      .to.be.instanceOf(UndecodableRecord)
      .with.property('reason', 'incompatible schema');
  });

  it('with an array is not read at all: a few bytes would block the decoder for ever', async () => {
    const { fields } = JSON.parse(
      (await import('../../../events/rate-observed.ts')).RATE_OBSERVED_SCHEMA,
    );
    for (const type of [
      { type: 'array', items: 'null' },
      { type: 'map', values: 'long' },
      ['null', { type: 'array', items: 'null' }],
    ]) {
      const decodeTrap = rateDecoder(() =>
        Promise.resolve(schemaOf([{ name: 'trap', type }, ...fields])),
      );
      const endless = Buffer.from('000000000580808080808080e0077f', 'hex');
      const error = await decodeTrap(endless).catch((thrown: unknown) => thrown);
      expect(error)
        .to.be.instanceOf(UndecodableRecord)
        .with.property('reason', 'incompatible schema');
    }
  });

  it('is read by a future schema that adds, widens or renames a field', async () => {
    const { RATE_OBSERVED_SCHEMA } = await import('../../../events/rate-observed.ts');
    const altered = (change: (fields: { name: string; [more: string]: unknown }[]) => void) => {
      const { fields } = JSON.parse(RATE_OBSERVED_SCHEMA);
      change(fields);
      return schemaOf(fields);
    };
    const golden = Buffer.from(GOLDEN.at(-1) as string, 'hex');
    const noRegistry = () => Promise.resolve(null);
    const added = altered((fields) =>
      fields.push({ name: 'added_by_a_test', type: 'string', default: 'x' }),
    );
    expect(await rateDecoder(noRegistry, added)(golden)).to.deep.equal({
      ...rate,
      added_by_a_test: 'x',
    });
    const narrow = altered((fields) => Object.assign(fields[5] as object, { type: 'bytes' }));
    const old = altered((fields) => Object.assign(fields[5] as object, { name: 'rate' }));
    const alias = altered((fields) => Object.assign(fields[5] as object, { aliases: ['rate'] }));
    const framed = Buffer.concat([Buffer.from([0, 0, 0, 0, 5]), golden.subarray(5)]);
    expect(await rateDecoder(() => Promise.resolve(narrow))(framed)).to.deep.equal(rate);
    expect(await rateDecoder(() => Promise.resolve(old), alias)(framed)).to.deep.equal(rate);
  });

  it('that cannot be looked up now is not a fault of the record', async () => {
    const decodeAway = rateDecoder(() => Promise.reject(new Error('registry away')));
    const error = await decodeAway(Buffer.from([0, 0, 0, 0, 5, 2, 49])).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(Error).and.not.instanceOf(UndecodableRecord);
  });
});
