import { parseEnv } from 'node:util';
import { expect } from 'chai';
import { readConfig, SECRET_NAMES, SETTING_NAMES } from '../../../platform/config.ts';
import { NO_ENV_FILE, readProjectFile } from '../../support/compose-files.ts';

describe('.env.example', () => {
  const text = readProjectFile('.env.example');
  const offered = parseEnv(text.replace(/^# (?=[A-Z_]+=)/gm, ''));

  it('changes nothing when it is copied unedited', () => {
    expect(parseEnv(text)).to.deep.equal({});
  });

  it('names every setting, and none that does not exist', () => {
    expect(Object.keys(offered)).to.have.members([...SETTING_NAMES]);
    expect(text.match(/^# [A-Z_]+=/gm)).to.have.length(SETTING_NAMES.length);
  });

  it('says what each setting means', () => {
    const unexplained = SETTING_NAMES.filter(
      (name) => !new RegExp(`^# (?![A-Z_]+=).{10,}\\n# ${name}=`, 'm').test(text),
    );
    expect(unexplained).to.deep.equal([]);
  });

  it('says of every secret that it can come from a file', () => {
    expect(SECRET_NAMES.filter((name) => !text.includes(`${name}_FILE`))).to.deep.equal([]);
  });

  for (const name of SETTING_NAMES) {
    it(`states the default of ${name}`, () => {
      const defaults = readConfig({}, NO_ENV_FILE) as Record<string, unknown>;
      const stated = readConfig({ [name]: offered[name] }, NO_ENV_FILE) as Record<string, unknown>;
      expect(stated[name]).to.deep.equal(defaults[name]);
      const isUnset = defaults[name] === undefined || defaults[name] === '';
      expect(offered[name] === '', 'stated as unset').to.equal(isUnset);
    });
  }
});
