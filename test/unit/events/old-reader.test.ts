import { readFileSync } from 'node:fs';
import avro from 'avsc';
import { expect } from 'chai';
import { CURRENT_BUILT_IN_ID, encodeRate } from '../../../events/wire-format.ts';
import { makeRate } from '../../support/make-rate.ts';
import { rateDecoder, UndecodableRecord } from '../../support/reader-before-providers.ts';

/** The schema that readers of the release before sources were data were built with. */
const FROZEN = new URL('../../../events/frozen/rate-observed.v1.avsc', import.meta.url);
const FRAME_BYTES = 5;
const KNOWN = ['xe', 'simulator'];
const NEW = ['openexchangerates', 'simulator-openexchangerates', 'central-bank'];

const written = (source: string) => makeRate('KES', '129.1500000000', { source });
const bytesOf = (source: string) => encodeRate(written(source), CURRENT_BUILT_IN_ID);

describe('Avro with the schema before sources were data', () => {
  const type = avro.Type.forSchema(JSON.parse(readFileSync(FROZEN, 'utf8')));

  for (const source of [...KNOWN, ...NEW])
    it(`decodes an event of ${source} that is written now`, () => {
      const { observed_at, fetched_at, ...texts } = written(source);
      expect({ ...type.fromBuffer(bytesOf(source).subarray(FRAME_BYTES)) }).to.deep.equal({
        ...texts,
        observed_at: Date.parse(observed_at),
        fetched_at: Date.parse(fetched_at),
      });
    });
});

describe('the whole reader before sources were data', () => {
  const decode = rateDecoder(() => Promise.resolve(null));

  for (const source of KNOWN)
    it(`reads an event of ${source} that is written now`, async () => {
      expect(await decode(bytesOf(source))).to.deep.equal(written(source));
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
