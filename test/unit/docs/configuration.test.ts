import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { SETTING_NAMES } from '../../../platform/config.ts';
import { configurationPage } from '../../support/configuration-page.ts';
import { PROJECT } from '../../support/documents.ts';

const PAGE = join(PROJECT, 'docs/configuration.md');

describe('docs/configuration.md', () => {
  it('is what the schema and .env.example say now; WRITE_DOCS=1 writes it', () => {
    const page = configurationPage();
    if (process.env['WRITE_DOCS'] === '1') writeFileSync(PAGE, page);
    expect(readFileSync(PAGE, 'utf8')).to.equal(page);
  });

  it('has a line for every setting', () => {
    const names = [...readFileSync(PAGE, 'utf8').matchAll(/^- `([A-Z_]+)`/gm)].map(
      ([, name]) => name,
    );
    expect(names).to.have.members([...SETTING_NAMES]);
  });
});
