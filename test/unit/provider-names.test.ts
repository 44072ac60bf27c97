import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { PROJECT, tracked } from '../support/documents.ts';

const ROOMS =
  'api|app|bin|consumer|dashboard|events|ledger|loans|platform|producer|reports|sql|stream';
const PRODUCT = new RegExp(
  `^(${ROOMS}|tools/doctor)/.*\\.(ts|js|sql|html|css|yaml|avsc|json)$|^deploy/alerts\\.yml$`,
);
/** The name in any spelling: identifiers, strings, comments, settings, names of metrics. */
const NAMED = /(?<![A-Za-z])(?:xe(?![a-z])|XE(?![A-Z])|Xe(?![a-z]))|[a-z]Xe(?![a-z])/;

/** Where the name may be, and why. `line`: only in lines that match. */
const ALLOWED: readonly { file: RegExp; line?: RegExp; why: string }[] = [
  { file: /^producer\/providers\/xe\//, why: 'its folder' },
  { file: /^app\/lanes\.ts$/, line: /xe\b/, why: 'its row in the list' },
  { file: /^platform\/(providers|settings)\.ts$/, why: 'its settings' },
  { file: /^bin\/simulator\.ts$/, line: /XE_|SIMULATED XE/, why: "the simulator's face of it" },
  { file: /^events\/.*\.avsc$/, line: /"doc"/, why: 'a frozen schema, whose doc stays' },
  { file: /^api\/openapi(-types\.ts|\.yaml)$/, line: /example|^ *\*/i, why: 'an example' },
];

describe('the name of a provider', () => {
  it('is in its folder, its settings and documents only', () => {
    const offenders = tracked.filter((file) => PRODUCT.test(file)).flatMap(listOffenders);
    expect(offenders).to.deep.equal([]);
  });

  it('would be found in any spelling', () => {
    for (const text of [
      "'xe'",
      'XE_API_KEY',
      'fx_xe_quota',
      'xeQuota',
      'isXe',
      'by XE.',
      'FxXeLow',
    ])
      expect(text).to.match(NAMED);
    for (const text of ['axes', 'executed', 'fixed', 'boxed', 'Xerial', 'XERIAL'])
      expect(text).to.not.match(NAMED);
  });
});

function listOffenders(file: string): string[] {
  const allowed = ALLOWED.filter((entry) => entry.file.test(file));
  return readFileSync(join(PROJECT, file), 'utf8')
    .split('\n')
    .flatMap((text, n) => {
      const isAllowed = allowed.some(({ line }) => !line || line.test(text));
      return NAMED.test(text) && !isAllowed ? [`${file}:${n + 1}: ${text.trim()}`] : [];
    });
}
