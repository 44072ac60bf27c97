import { readFileSync } from 'node:fs';
import avro from 'avsc';
import { expect } from 'chai';
import { RATE_OBSERVED_SCHEMA } from '../../../events/rate-observed.ts';
import { encodeRate } from '../../../events/wire-format.ts';
import { makeRate } from '../../support/make-rate.ts';
import { rateDecoder, UndecodableRecord } from '../../support/reader-before-providers.ts';

/** The schema that readers of the release before sources were data were built with. */
const FROZEN = new URL('../../../events/frozen/rate-observed.v1.avsc', import.meta.url);
const FRAME_BYTES = 5;
const KNOWN = ['xe', 'simulator'];
const NEW = ['openexchangerates', 'simulator-openexchangerates', 'central-bank'];

/** The id of today's schema in a registry: an old reader looks it up and skips what is new. */
const REGISTERED = 77;

const bytesOf = (source: string) =>
  encodeRate(makeRate('KES', '129.1500000000', { source }), REGISTERED);
/** What is written now, by the fields that the reader knows. */
function knownFields(source: string): Record<string, unknown> {
  const rate = { ...makeRate('KES', '129.1500000000', { source }) } as Record<string, unknown>;
  const { fields } = JSON.parse(readFileSync(FROZEN, 'utf8')) as { fields: { name: string }[] };
  return Object.fromEntries(fields.map(({ name }) => [name, rate[name]]));
}

describe('Avro with the schema before sources were data', () => {
  const type = avro.Type.forSchema(JSON.parse(readFileSync(FROZEN, 'utf8')));
  const resolver = type.createResolver(avro.Type.forSchema(JSON.parse(RATE_OBSERVED_SCHEMA)));

  for (const source of [...KNOWN, ...NEW])
    it(`decodes an event of ${source} that is written now`, () => {
      const { observed_at, fetched_at, ...texts } = knownFields(source);
      const read = type.fromBuffer(bytesOf(source).subarray(FRAME_BYTES), resolver);
      expect({ ...read }).to.deep.equal({
        ...texts,
        observed_at: Date.parse(observed_at as string),
        fetched_at: Date.parse(fetched_at as string),
      });
    });
});

describe('the whole reader before sources were data', () => {
  const decode = rateDecoder(() => Promise.resolve(RATE_OBSERVED_SCHEMA));

  for (const source of KNOWN)
    it(`reads an event of ${source} that is written now`, async () => {
      expect(await decode(bytesOf(source))).to.deep.equal(knownFields(source));
    });

  // The record decodes; the check of the field after it knows two sources. Our own consumer of that
  // version then makes a dead letter, which a newer one redrives: see test/integration/consumer.
  for (const source of NEW)
    it(`decodes an event of ${source}, then refuses its source and nothing else`, async () => {
      const refusal = await decode(bytesOf(source)).catch((err: unknown) => err);
      expect(refusal).to.be.instanceOf(UndecodableRecord);
      expect((refusal as UndecodableRecord).code).to.equal('bad_source');
      expect((refusal as UndecodableRecord).message).to.equal(
        `source: expected xe or simulator, got "${source}"`,
      );
    });
});
