import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

const ROOT = new URL('../../../', import.meta.url);

/** Folders with a folder `sql/` of statements beside their modules. */
const FOLDERS = ['ledger', 'consumer', 'stream/postgres', 'api', 'api/rates', 'loans', 'reports'];

describe('the statements in files', () => {
  for (const folder of FOLDERS)
    it(`of ${folder}/ are those that its modules name`, () => {
      const home = new URL(`${folder}/`, ROOT);
      const modules = readdirSync(home).filter((name) => name.endsWith('.ts'));
      const code = modules.map((name) => readFileSync(new URL(name, home), 'utf8')).join('\n');
      const named = [...code.matchAll(/\bsql\('(\w+)'\)|'(?:\.\.?\/)?sql\/(\w+)\.sql'/g)].map(
        ([, name, path]) => name ?? path,
      );
      const stored = readdirSync(new URL('sql/', home)).map((name) => name.replace(/\.sql$/, ''));
      expect([...new Set(named)].sort()).to.deep.equal(stored.sort());
    });
});
