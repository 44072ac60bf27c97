import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { generateTypes } from 'openapi-types';

const CONTRACT = new URL('../../../api/openapi.yaml', import.meta.url);
const TYPES = new URL('../../../api/openapi-types.ts', import.meta.url);

describe('api/openapi-types.ts', () => {
  it('is what openapi.yaml generates; WRITE_DOCS=1 writes it', async function () {
    this.timeout(30_000);
    const types = await generateTypes(CONTRACT);
    if (process.env['WRITE_DOCS'] === '1') writeFileSync(TYPES, types);
    expect(readFileSync(TYPES, 'utf8')).to.equal(types);
  });
});
