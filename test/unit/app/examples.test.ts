import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { EXAMPLES } from '../../../app/command-line.ts';
import { PROJECT } from '../../support/documents.ts';

const commands = readdirSync(join(PROJECT, 'bin'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace('.ts', ''));

const read = (file: string) => readFileSync(join(PROJECT, file), 'utf8');

describe('the examples of --help', () => {
  it('are there for every command', () => {
    expect(Object.keys(EXAMPLES)).to.have.members(commands);
  });

  for (const [name, examples] of Object.entries(EXAMPLES)) {
    it(`of ${name} call it, with options that it has`, () => {
      const source = read(`bin/${name}.ts`) + read('app/command-line.ts');
      expect(examples).to.not.be.empty;
      for (const example of examples) {
        expect(example).to.match(new RegExp(`\\bnpm (run (-s )?)?${name}\\b`));
        for (const option of example.match(/ --[a-z][\w-]*/g) ?? [])
          if (option !== ' --json') expect(source, example).to.contain(`'${option.trim()}`);
      }
    });
  }
});
