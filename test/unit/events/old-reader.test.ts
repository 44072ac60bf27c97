import { readFileSync } from 'node:fs';
import avro from 'avsc';
import { expect } from 'chai';
import { encodeRate } from '../../../events/wire-format.ts';
import { makeRate } from '../../support/make-rate.ts';

/** The schema that readers of the release before sources were data were built with. */
const FROZEN = new URL('../../../events/frozen/rate-observed.v1.avsc', import.meta.url);
const HEAD_BYTES = 5;

describe('a reader that knows two sources', () => {
  const type = avro.Type.forSchema(JSON.parse(readFileSync(FROZEN, 'utf8')));

  for (const source of ['xe', 'simulator', 'openexchangerates', 'simulator-openexchangerates'])
    it(`still decodes an event of ${source}`, () => {
      const rate = makeRate('KES', '129.1500000000', { source });
      const decoded = type.fromBuffer(encodeRate(rate, 1).subarray(HEAD_BYTES));
      expect({ ...decoded }).to.deep.include({ source, mid: '129.1500000000' });
    });
});
