import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { PROJECT, tracked } from '../support/documents.ts';

/** Where a provider may be named: its own folder, the settings, its simulator, and history. */
const MAY_NAME =
  /^(producer\/providers|simulator|migrations|tools\/(bench|chaos))\/|^platform\/[sp]\w+s\.ts/;
const ROOMS =
  'api|app|bin|consumer|dashboard|events|ledger|platform|producer|reports|sql|stream|tools';
const PRODUCT = new RegExp(`^(${ROOMS})/.*\\.(ts|js|sql)$`);
/** The name as a value: a source, a column's default, an import of the folder. */
const NAMED = /['"`]xe['"`]|providers\/xe\//;

describe('the names of providers', () => {
  it('are known to their folders, the settings and documents only', () => {
    const offenders = tracked
      .filter((file) => PRODUCT.test(file) && !MAY_NAME.test(file))
      .flatMap((file) =>
        readFileSync(join(PROJECT, file), 'utf8')
          .split('\n')
          .flatMap((line, n) => (NAMED.test(line) ? [`${file}:${n + 1}: ${line.trim()}`] : [])),
      );
    expect(offenders).to.deep.equal([]);
  });
});
