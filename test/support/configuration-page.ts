import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { SETTING_NAMES, settings } from '../../platform/config.ts';
import { SECRET_NAMES } from '../../platform/secrets.ts';
import { PROJECT } from './documents.ts';

/** Who reads which settings; `npm start` is producer, consumer and API in one, and reads them all. */
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
      'RATE_LIMIT_PER_MINUTE',
      'CONSOLE_URL',
    ],
  ],
  ['producer, API, status', ['SCHEDULE', 'SCHEDULE_TZ', 'XE_DAILY_BUDGET']],
  ['producer, API, status, backfill', ['CURRENCIES']],
  [
    'producer, API, status, backfill; the simulator as its credentials',
    ['XE_ACCOUNT_ID', 'XE_API_KEY'],
  ],
  ['producer, backfill', ['XE_BASE_URL', 'CATCH_UP_HOURS']],
  ['producer, consumer', ['METRICS_PORT']],
  ['producer, consumer, backfill', ['CONSUMER_GROUP']],
  ['producer, consumer, topics, backfill', ['TOPIC_PARTITIONS', 'TOPIC_REPLICATION']],
  [
    'producer, consumer, topics, replay, backfill',
    [
      'KAFKA_BROKERS',
      'KAFKA_SSL',
      'KAFKA_SASL_MECHANISM',
      'KAFKA_SASL_USERNAME',
      'KAFKA_SASL_PASSWORD',
      'TOPIC',
    ],
  ],
  ['producer, consumer, replay, backfill', ['SCHEMA_REGISTRY_URL']],
  [
    'simulator, and the producer that starts it',
    ['SIMULATOR_PORT', 'SIMULATOR_MODE', 'SIMULATOR_FAULT'],
  ],
];

const HEAD = `# Configuration

Settings come from the environment, or from a file \`.env\` where the program is started; the environment goes first. An empty value counts as
unset. A wrong one stops the start with exit code 2 and one message that lists every fault with what was expected. Names that the program
does not know are left alone. \`cp .env.example .env\` gives a file to begin with: as it stands it changes nothing.

\`npm start\` and \`doctor\` read them all. A **secret** may come from a file instead: \`NAME_FILE\` names it, and \`NAME\` is then left out. Secrets are never logged or shown.

This page is made from the schema in \`platform/config.ts\` and from \`.env.example\`: \`WRITE_DOCS=1 npx mocha test/unit/docs/configuration.test.ts\`.
`;

/** docs/configuration.md: values and defaults as the schema has them, meanings and groups as .env.example words them. */
export function configurationPage(): string {
  const text = readFileSync(join(PROJECT, '.env.example'), 'utf8');
  const offered = parseEnv(text.replace(/^# (?=[A-Z_]+=)/gm, ''));
  const [, ...groups] = text.split(/^## /m);
  const tables = groups.map((group) => {
    const title = (group.split('\n')[0] as string).trim();
    const rows = [...group.matchAll(/^((?:# (?![A-Z_]+=).+\n)+)# ([A-Z_]+)=/gm)].map(
      ([, comment = '', name = '']) => {
        const meaning = comment.replace(/^# /gm, '').trim().replaceAll('\n', ' ');
        const secret = SECRET_NAMES.includes(name) ? ' **Secret.**' : '';
        const [who] = READ_BY.find(([, names]) => names.includes(name)) ?? [];
        if (!who) throw new Error(`${name}: expected it among those that somebody reads (READ_BY)`);
        const fallback = offered[name] === '' ? 'unset' : `\`${offered[name]}\``;
        return `| \`${name}\` | ${meaning}${secret} | ${fallback} | ${valuesOf(name)} | ${who} |`;
      },
    );
    return `## ${title}\n\n| name | meaning | default | values | read by |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  const strangers = READ_BY.flatMap(([, names]) => names).filter(
    (name) => !SETTING_NAMES.includes(name),
  );
  if (strangers.length > 0) throw new Error(`no such settings: ${strangers.join(', ')}`);
  return [HEAD, ...tables].join('\n');
}

/** What the schema itself says when it refuses a value: `a whole number from 0 to 65535`. */
function valuesOf(name: string): string {
  const refusals = [',', '\0'].flatMap((wrong) => {
    const { error } = settings.shape[name as keyof typeof settings.shape].safeParse(wrong);
    return error?.issues.map(({ message }) => message) ?? [];
  });
  const distinct = [...new Set(refusals)].map((message) =>
    message.replace(/^must (be |have )?/, ''),
  );
  return distinct.length === 0 ? 'any text' : distinct.join('; ').replaceAll('|', '\\|');
}
