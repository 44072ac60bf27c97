import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isIP } from 'node:net';
import { parseEnv } from 'node:util';
import cronParser from 'cron-parser';
import currencyCodes from 'currency-codes';
import type { z as Z } from 'zod';
import { WrongSettings } from './errors.ts';
import { FAILPOINTS, type Failpoint } from './failpoint.ts';
import { maskUserinfo, SECRET_NAMES, withPassword, withSecretFiles } from './secrets.ts';
import { FAULTS } from './simulated-fault.ts';

// As one tree of CommonJS zod loads in half the time that its 95 ES modules take, and nothing can begin before the settings are read.
const { z } = createRequire(import.meta.url)('zod') as { z: typeof Z };

export type Config = Readonly<Z.infer<typeof settings>> & { readonly source: 'xe' | 'simulator' };
type Environment = Record<string, string | undefined>;

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine(
      (value) => value >= min && value <= max,
      `must be a whole number from ${min} to ${max}`,
    );
const port = () => wholeNumber(0, 65535);
const oneOf = <const T extends [string, ...string[]]>(...values: T) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });
const matching = (pattern: RegExp, expected: string) =>
  z.string().regex(pattern, `must be ${expected}`);
const url = (schemes: RegExp, expected: string) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && schemes.test(new URL(text).protocol),
      `must be ${expected}`,
    );

const commaList = z
  .string()
  .transform((text) => text.split(',').map((item) => item.trim()))
  .refine((items) => items.every(Boolean), 'must be a comma list without empty items');
const topicName = matching(
  /^[A-Za-z0-9._-]{1,200}$/,
  'up to 200 letters, digits, dots, dashes or underscores',
);

/** What each setting may be, and what it is when nothing is said. */
export const settings = z.object({
  PORT: port().default(5080),
  HOST: z.string().default('127.0.0.1'),
  METRICS_PORT: port().optional(),
  DATABASE_URL: url(/^postgres(ql)?:$/, 'a postgres:// URL').optional(),
  DATABASE_PASSWORD: z.string().optional(),
  DATA_DIR: z.string().default('.data'),
  KAFKA_BROKERS: commaList
    .refine(
      (brokers) => brokers.every((broker) => /^[^\s:]+:\d{1,5}$/.test(broker)),
      'must be a comma list of host:port',
    )
    .optional(),
  KAFKA_SSL: oneOf('true', 'false')
    .default('false')
    .transform((text) => text === 'true'),
  KAFKA_SASL_MECHANISM: oneOf('plain', 'scram-sha-256', 'scram-sha-512').optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
  SCHEMA_REGISTRY_URL: url(/^https?:$/, 'an http:// or https:// URL').optional(),
  TOPIC: topicName.default('fx.rates.v1'),
  TOPIC_PARTITIONS: wholeNumber(1, 100).default(3),
  TOPIC_REPLICATION: wholeNumber(1, 10).default(1),
  CONSUMER_GROUP: topicName.default('fx-rates-postgres'),
  XE_ACCOUNT_ID: z.string().optional(),
  XE_API_KEY: z.string().optional(),
  XE_BASE_URL: z
    .string()
    .refine(isHttpsOrLoopback, 'must be an https:// URL (http:// is allowed for loopback only)')
    .transform((text) => (text.endsWith('/') ? text : `${text}/`))
    .default('https://xecdapi.xe.com/v1/'),
  CURRENCIES: commaList
    .transform((codes) => [...new Set(codes.map((code) => code.toUpperCase()))])
    .refine((codes) => codes.every((code) => currencyCodes.code(code)), 'must be ISO 4217 codes')
    .refine((codes) => !codes.includes('USD'), 'must not hold USD: it is the base')
    .default(['NGN', 'GHS', 'KES', 'UGX', 'MAD', 'XOF', 'EGP']),
  SCHEDULE: z
    .string()
    .refine(isCron, 'must be cron of 5 fields, or 6 with seconds first')
    .default('0 1,23 * * *'),
  SCHEDULE_TZ: z
    .string()
    .refine(isTimeZone, 'must be an IANA time zone such as UTC or Africa/Lagos')
    .default('UTC'),
  CATCH_UP_HOURS: wholeNumber(0, 168).default(24),
  XE_DAILY_BUDGET: wholeNumber(0, 1_000_000).default(100),
  UPDATE_COOLDOWN_SECONDS: wholeNumber(0, 86_400).default(60),
  API_TOKEN: z.string().min(32, 'must have at least 32 characters').optional(),
  TRUST_PROXY: wholeNumber(0, 10).default(0),
  RATE_LIMIT_PER_MINUTE: wholeNumber(1, 1_000_000).optional(),
  CONSOLE_URL: url(/^https?:$/, 'an http:// or https:// URL').optional(),
  SIMULATOR_PORT: port().default(0),
  SIMULATOR_MODE: oneOf('live', 'daily').default('live'),
  SIMULATOR_FAULT: oneOf(...FAULTS).default('none'),
  FX_FAILPOINT: z
    .string()
    .regex(
      new RegExp(`^(${FAILPOINTS.join('|')})(:[1-9]\\d{0,5})?$`),
      `must be one of ${FAILPOINTS.join(', ')}, and may end in :N for its Nth passing`,
    )
    .transform((text) => ({
      point: text.split(':')[0] as Failpoint,
      pass: Number(text.split(':')[1] ?? 1),
    }))
    .optional(),
  LOG_LEVEL: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal').default('info'),
});

/** Every name that the environment may set, for documents and tests that must not drift from the code. */
export const SETTING_NAMES: readonly string[] = Object.keys(settings.shape);

/**
 * Reads the environment (and `.env`, which it overrides) into one frozen object.
 * An empty value counts as unset, as compose files pass them. Throws `WrongSettings` that lists every fault at once.
 */
export function readConfig(environment: Environment = process.env, envFile = '.env'): Config {
  const faults: string[] = [];
  const raw = withPassword(withSecretFiles({ ...dotEnv(envFile), ...environment }, faults), faults);
  const parsed = settings.safeParse(raw);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = String(issue.path[0]);
      const got = SECRET_NAMES.includes(name)
        ? 'a value that is kept secret'
        : JSON.stringify(raw[name]?.replace(/\/\/[^/@]*@/, '//***@'));
      faults.push(`${name} ${issue.message}, got ${got}`);
    }
  }
  if (!raw['XE_ACCOUNT_ID'] !== !raw['XE_API_KEY'])
    faults.push('XE_ACCOUNT_ID and XE_API_KEY must be set together or not at all');
  const sasl = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'].filter(
    (name) => raw[name],
  );
  if (sasl.length % 3 !== 0)
    faults.push(
      'KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD must be set together',
    );
  if (raw['FX_FAILPOINT'] && raw['NODE_ENV'] === 'production')
    faults.push(
      'FX_FAILPOINT has the process kill itself, for tests: it is refused where NODE_ENV is production',
    );
  if (!parsed.success || faults.length > 0) throw new WrongSettings(faults);
  return Object.freeze({ ...parsed.data, source: parsed.data.XE_API_KEY ? 'xe' : 'simulator' });
}

/** The settings that are set, as text that may be shown: secrets and the userinfo of URLs masked. */
export function maskedSettings(config: Config): Record<string, string> {
  const shown = Object.entries(config).flatMap(([name, value]): [string, string][] => {
    if (value === undefined) return [];
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    if (name.endsWith('_URL')) return [[name, maskUserinfo(text)]];
    return [[name, SECRET_NAMES.includes(name) ? '***' : text]];
  });
  return Object.fromEntries(shown);
}

/** What the environment and `.env` set, apart, for whoever has to tell where a value comes from. */
export function settingSources(environment: Environment = process.env, envFile = '.env') {
  return { environment, dotEnv: dotEnv(envFile) };
}

function dotEnv(file: string): Environment {
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
}

function isHttpsOrLoopback(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  const host = hostname.replace(/^\[|\]$/g, '');
  const loopback =
    host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  return protocol === 'https:' || (protocol === 'http:' && loopback);
}

function isCron(text: string): boolean {
  if (![5, 6].includes(text.trim().split(/\s+/).length)) return false;
  try {
    const { fields } = cronParser.parseExpression(text);
    // cron-parser's own L and # are no cron, and the schedule does not know them.
    if (
      text.includes('#') ||
      ![...fields.dayOfMonth, ...fields.dayOfWeek].every((day) => typeof day === 'number')
    )
      return false;
    // Some expressions parse and have no slot.
    cronParser.parseExpression(text).next();
    return true;
  } catch {
    return false;
  }
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
