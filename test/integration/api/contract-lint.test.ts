import { createConfig, lint } from '@redocly/openapi-core';
import * as core from '@stoplight/spectral-core';
import * as parsers from '@stoplight/spectral-parsers';
import * as rulesets from '@stoplight/spectral-rulesets';
import { expect } from 'chai';
import { readContract } from '../../../api/http/contract.ts';
import { readProjectFile } from '../../support/compose-files.ts';

const FILE = 'api/openapi.yaml';

describe('the contract, for tools that read it', function () {
  this.timeout(60_000);

  it('has no fault by Redocly’s recommended rules', async () => {
    const found = await lint({
      ref: FILE,
      config: await createConfig({ extends: ['recommended'] }),
    });
    const shown = found.map(({ ruleId, message, location: [at] }) => [
      ruleId,
      at?.pointer,
      message,
    ]);
    expect(shown).to.deep.equal([]);
  });

  it('has no fault by Spectral’s rules for OpenAPI', async () => {
    const spectral = new core.Spectral();
    spectral.setRuleset({ extends: [rulesets.oas as core.RulesetDefinition] });
    const found = await spectral.run(new core.Document(readProjectFile(FILE), parsers.Yaml, FILE));
    expect(found.map(({ code, path, message }) => [code, path.join('/'), message])).to.deep.equal(
      [],
    );
  });

  it('says of every operation who may use it: anybody, or holders of the token', () => {
    const open = readContract().operations.filter(({ isPrivate }) => !isPrivate);
    expect(open.map(({ tag }) => tag)).to.include.members(['Rates', 'Pipeline', 'Service']);
    expect(readProjectFile(FILE).match(/^ {6}security: /gm)).to.have.length(
      readContract().operations.length,
    );
  });

  it('calls no path parameter like a field of the generators’ own code', () => {
    // openapi-python-client imports urllib's quote() into every module.
    const paths = readContract().operations.map(({ path }) => path);
    expect(paths.filter((path) => /\{(quote|client|response|kwargs)\}/.test(path))).to.deep.equal(
      [],
    );
  });
});
