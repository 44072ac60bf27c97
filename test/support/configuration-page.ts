import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { SECRET_NAMES, SETTING_NAMES } from '../../platform/config.ts';
import { SETTINGS, type Setting } from '../../platform/settings.ts';
import { PROJECT } from './documents.ts';

const HEAD = `# Configuration

Set these in the environment, or in a file \`.env\` in the folder where the program is started
(\`cp .env.example .env\`; the environment wins). In brackets is the default. An empty value counts
as unset, a wrong one stops the start with exit code 2 and an example. \`doctor\` warns of
look-alikes.

A **secret** may come from a file: \`NAME_FILE\` names it, and \`NAME\` is left out. In \`.env\` put
a value that contains \`#\` in quotes. In a URL, encode special characters of user and password:
\`/\` as \`%2F\`, \`@\` as \`%40\`, \`:\` as \`%3A\`, \`#\` as \`%23\`.

Each group names who reads it; \`npm start\` and \`doctor\` read all. This page is generated:
\`WRITE_DOCS=1 npx mocha test/unit/docs/configuration.test.ts\`.
`;

/** docs/configuration.md: values and defaults from code, meanings and groups from .env.example. */
export function configurationPage(): string {
  const text = readFileSync(join(PROJECT, '.env.example'), 'utf8');
  const offered = parseEnv(text.replace(/^# (?=[A-Z_]+=)/gm, ''));
  const [, ...groups] = text.split(/^## /m);
  const lists = groups.map((group) => {
    const title = (group.split('\n')[0] as string).trim();
    const settings = [...group.matchAll(/^((?:# (?![A-Z_]+=).+\n)+)# ([A-Z_]+)=/gm)].map(
      ([, comment = '', name = '']) => {
        const { expected, fallback = '' } = settingOf(name);
        if (fallback !== offered[name])
          throw new Error(`.env.example: ${name} is ${fallback} in the code, got ${offered[name]}`);
        const meaning = comment.replace(/^# /gm, '').trim().replaceAll('\n', ' ');
        const standard = fallback === '' ? '' : ` (\`${fallback}\`)`;
        const values = IN_ITS_MEANING.test(expected) ? '' : ` Allowed: ${shorten(expected)}.`;
        const secret = SECRET_NAMES.includes(name) ? ' **Secret.**' : '';
        return `- \`${name}\`${standard}: ${meaning}${values}${secret}`;
      },
    );
    return `## ${title}\n\n${settings.join('\n')}\n`;
  });
  return [HEAD, ...lists].join('\n');
}

function settingOf(name: string): Setting<unknown> {
  const known = SETTING_NAMES.find((setting) => setting === name);
  if (!known) throw new Error(`.env.example: there is no setting ${name}`);
  return SETTINGS[known];
}

/** Values that the meaning of the setting says already. */
const IN_ITS_MEANING =
  /^(any text|an? (https?|postgres):|an http|a path|an IANA|cron|.* as PEM|a whole|.*Nth passing)/;

/** The allowed values in as few words as a list wants. */
const shorten = (expected: string) =>
  expected.replace(/^one of /, '').replace(/^a comma list of /, 'list of ');
