import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { SECRET_NAMES, SETTING_NAMES } from '../../platform/config.ts';
import { SETTINGS, type Setting } from '../../platform/settings.ts';
import { PROJECT } from './documents.ts';

/** Which services read which settings; `npm start` runs all three and reads them all. */
const READ_BY: [who: string, names: string[]][] = [
  ['all', ['DATABASE_URL', 'DATABASE_PASSWORD', 'DATA_DIR', 'LOG_LEVEL', 'FX_FAILPOINT']],
  ['API; producer and consumer for METRICS_PORT', ['HOST']],
  [
    'API',
    [
      'PORT',
      'UPDATE_COOLDOWN_SECONDS',
      'API_TOKEN',
      'TRUST_PROXY',
      'BASE_PATH',
      'KEEP_ALIVE_SECONDS',
      'METRICS',
      'RATE_LIMIT_PER_MINUTE',
      'CONSOLE_URL',
    ],
  ],
  [
    'producer, API, status',
    ['SCHEDULE', 'SCHEDULE_TZ', 'XE_DAILY_BUDGET', 'OPENEXCHANGERATES_DAILY_BUDGET'],
  ],
  ['producer, API, status, backfill', ['CURRENCIES']],
  [
    'producer, API, status, backfill; the simulator as its credentials',
    ['XE_ACCOUNT_ID', 'XE_API_KEY'],
  ],
  ['producer, backfill', ['XE_BASE_URL', 'OPENEXCHANGERATES_BASE_URL', 'CATCH_UP_HOURS']],
  ['producer', ['FALLBACK_AFTER_MINUTES', 'CROSS_CHECK', 'CROSS_CHECK_TOLERANCE']],
  ['producer, API, status, backfill', ['PROVIDERS', 'OPENEXCHANGERATES_APP_ID']],
  ['producer, consumer', ['METRICS_PORT']],
  ['producer, consumer, backfill', ['CONSUMER_GROUP']],
  ['producer, consumer, topics, backfill', ['TOPIC_PARTITIONS', 'TOPIC_REPLICATION']],
  [
    'producer, consumer, topics, replay, backfill',
    [
      'KAFKA_BROKERS',
      ...['KAFKA_SSL', 'KAFKA_SSL_CA', 'KAFKA_SSL_CERT', 'KAFKA_SSL_KEY'],
      'KAFKA_SASL_MECHANISM',
      'KAFKA_SASL_USERNAME',
      'KAFKA_SASL_PASSWORD',
      ...['KAFKA_SASL_TOKEN_URL', 'KAFKA_SASL_SCOPE', 'KAFKA_SASL_EXTENSIONS'],
      'TOPIC',
    ],
  ],
  [
    'producer, consumer, replay, backfill',
    ['SCHEMA_REGISTRY_URL', 'SCHEMA_REGISTRY_TOKEN', 'SCHEMA_REGISTRY_CA'],
  ],
  [
    'simulator, and the producer that starts it',
    ['SIMULATOR_PORT', 'SIMULATOR_MODE', 'SIMULATOR_FAULT'],
  ],
];

const HEAD = `# Configuration

Settings come from the environment, else from a file \`.env\` in the folder where the program is
started; \`cp .env.example .env\` gives one to begin with. An empty value counts as unset. A wrong
value stops the start with exit code 2 and is named with an example. Unknown names are ignored;
\`doctor\` warns of look-alikes.

\`.env\` may be UTF-8 or UTF-16. Put a value that contains \`#\` in quotes: otherwise \`#\` begins a
comment, and a value that is cut by one stops the start.

\`npm start\` and \`doctor\` read all settings. A **secret** may come from a file: \`NAME_FILE\` names
it, and \`NAME\` is left out. Secrets are never logged or shown. In a URL, encode special characters
of user and password: \`/\` as \`%2F\`, \`@\` as \`%40\`, \`:\` as \`%3A\`, \`#\` as \`%23\`.

This page is generated from \`platform/settings.ts\` and \`.env.example\`:
\`WRITE_DOCS=1 npx mocha test/unit/docs/configuration.test.ts\`.
`;

/** docs/configuration.md: values and defaults from code, meanings and groups from .env.example. */
export function configurationPage(): string {
  const text = readFileSync(join(PROJECT, '.env.example'), 'utf8');
  const offered = parseEnv(text.replace(/^# (?=[A-Z_]+=)/gm, ''));
  const [, ...groups] = text.split(/^## /m);
  const tables = groups.map((group) => {
    const title = (group.split('\n')[0] as string).trim();
    const settings = [...group.matchAll(/^((?:# (?![A-Z_]+=).+\n)+)# ([A-Z_]+)=/gm)].map(
      ([, comment = '', name = '']) => {
        const [who] = READ_BY.find(([, names]) => names.includes(name)) ?? [];
        if (!who) throw new Error(`${name}: expected it among those that somebody reads (READ_BY)`);
        const { expected, fallback = '' } = settingOf(name);
        if (fallback !== offered[name])
          throw new Error(`.env.example: ${name} is ${fallback} in the code, got ${offered[name]}`);
        return { name, who, expected, fallback, comment };
      },
    );
    const readers = settings.map(({ who }) => who);
    const most = mostCommon(readers);
    const rows = settings.map(({ name, who, expected, fallback, comment }) => {
      const meaning = comment.replace(/^# /gm, '').trim().replaceAll('\n', ' ');
      const secret = SECRET_NAMES.includes(name) ? ' **Secret.**' : '';
      const reader = who === most ? '' : ` Read by ${who}.`;
      const shown = fallback === '' ? 'unset' : `\`${fallback}\``;
      return `| \`${name}\` | ${shown} | ${meaning}${secret}${reader} | ${shorten(expected)} |`;
    });
    const head = '| name | default | meaning | values |\n|---|---|---|---|';
    const readBy = `Read by ${most}, unless a row says otherwise.`;
    return `## ${title}\n\n${readBy}\n\n${head}\n${rows.join('\n')}\n`;
  });
  const strangers = READ_BY.flatMap(([, names]) => names).filter(
    (name) => !Object.hasOwn(SETTINGS, name),
  );
  if (strangers.length > 0) throw new Error(`no such settings: ${strangers.join(', ')}`);
  return [HEAD, ...tables].join('\n');
}

function settingOf(name: string): Setting<unknown> {
  const known = SETTING_NAMES.find((setting) => setting === name);
  if (!known) throw new Error(`.env.example: there is no setting ${name}`);
  return SETTINGS[known];
}

function mostCommon(texts: readonly string[]): string {
  const count = (text: string) => texts.filter((one) => one === text).length;
  return [...texts].sort((a, b) => count(b) - count(a))[0] ?? '';
}

/** The allowed values in as few words as a table wants. */
const shorten = (expected: string) =>
  expected
    .replace(/^a whole number from (\d+) to (\d+)$/, '$1–$2')
    .replace(/^one of /, '')
    .replace(/^any text$/, 'text')
    .replace(/^certificates as PEM.*/, 'PEM')
    .replace(/^a key as PEM.*/, 'PEM')
    .replace(/^a comma list of /, 'list of ')
    .replaceAll('|', '\\|');
