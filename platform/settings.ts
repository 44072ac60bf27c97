import { isIP } from 'node:net';
import cronParser from 'cron-parser';
import currencyCodes from 'currency-codes';
import { FAILPOINTS, type Failpoint } from './failpoint.ts';
import { PROVIDER_SETTINGS, type ProviderName } from './providers.ts';
import {
  certificates,
  commaList,
  flag,
  type Kind,
  matching,
  oneOf,
  pairs,
  port,
  privateKey,
  Refusal,
  text,
  url,
  wholeNumber,
} from './setting-kinds.ts';
import { FAULTS } from './simulated-fault.ts';

const CRON_FIELDS = [
  { name: 'second', low: 0, high: 59 },
  { name: 'minute', low: 0, high: 59 },
  { name: 'hour', low: 0, high: 23 },
  { name: 'day of month', low: 1, high: 31 },
  { name: 'month', low: 1, high: 12 },
  { name: 'day of week', low: 0, high: 7 },
] as const;
const CRON_NAMES: Record<string, RegExp> = {
  month: /^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)$/i,
  'day of week': /^(sun|mon|tue|wed|thu|fri|sat)$/i,
};

export interface Setting<T> extends Kind<T> {
  /** The value when it is not set, as text. */
  readonly fallback: string | undefined;
}

const optional = <T>(kind: Kind<T>): Setting<T | undefined> => ({ ...kind, fallback: undefined });
const setting = <T>(kind: Kind<T>, fallback: string): Setting<T> => ({ ...kind, fallback });

const topicName = matching(
  /^[A-Za-z0-9._-]{1,200}$/,
  'up to 200 letters, digits, dots, dashes or underscores',
  'fx.rates.v1',
);

const path: Kind<string> = {
  expected: 'a path',
  example: '/fx',
  parse: (given) => {
    const trimmed = given.replace(/\/+$/, '');
    return trimmed === '' || /^(\/[\w.~-]+)+$/.test(trimmed) ? trimmed : undefined;
  },
};

const providerUrl: Kind<string> = {
  expected: 'an https:// URL; http:// is allowed for loopback only',
  example: 'https://xecdapi.xe.com/v1/',
  parse: (given) => {
    if (!isHttpsOrLoopback(given)) return undefined;
    return given.endsWith('/') ? given : `${given}/`;
  },
};

const providers: Kind<ProviderName[]> = {
  expected: `a comma list of ${Object.keys(PROVIDER_SETTINGS).join(', ')}, each once`,
  example: 'xe,openexchangerates',
  parse: (given) => {
    const names = given.split(',').map((name) => name.trim());
    const isKnown = names.every((name) => Object.hasOwn(PROVIDER_SETTINGS, name));
    return isKnown && new Set(names).size === names.length ? (names as ProviderName[]) : undefined;
  },
};

const percent = matching(/^\d{1,2}(\.\d{1,4})?$/, 'a percentage from 0 to 99.9999', '1');

const currencies: Kind<string[]> = {
  expected: 'a comma list of ISO 4217 codes without USD, the base',
  example: 'NGN,KES',
  parse: (given) => {
    const codes = [...new Set(given.split(',').map((code) => code.trim().toUpperCase()))];
    for (const code of codes) {
      if (code === 'USD') throw new Refusal('leave USD out, it is the base');
      if (!currencyCodes.code(code))
        throw new Refusal(`${code || 'an empty item'} is no ISO 4217 code`);
    }
    return codes;
  },
};

const cron: Kind<string> = {
  expected: 'cron with 5 fields, or 6 with seconds first',
  example: '0 1,23 * * *',
  parse: (given) => {
    const fault = findCronFault(given);
    if (fault?.startsWith('use ')) return undefined;
    if (fault) throw new Refusal(fault);
    return given;
  },
};

const timeZone: Kind<string> = {
  expected: 'an IANA time zone',
  example: 'Africa/Lagos',
  parse: (given) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: given });
      return given;
    } catch {
      return undefined;
    }
  },
};

const failpoint: Kind<{ point: Failpoint; pass: number }> = {
  expected: `one of ${FAILPOINTS.join(', ')}; :N at its end means its Nth passing`,
  example: 'before-decode:3',
  parse: (given) => {
    const [, name, pass = '1'] = /^([a-z-]+)(?::([1-9]\d{0,5}))?$/.exec(given) ?? [];
    const point = FAILPOINTS.find((known) => known === name);
    return point && { point, pass: Number(pass) };
  },
};

/** Every setting: its values, and its default. */
export const SETTINGS = {
  PORT: setting(port(5080), '5080'),
  HOST: setting(text, '127.0.0.1'),
  METRICS_PORT: optional(port(9464)),
  DATABASE_URL: optional(
    url(/^postgres(ql)?:$/, 'a postgres:// URL', 'postgres://user:password@host:5432/database'),
  ),
  DATABASE_PASSWORD: optional(text),
  DATA_DIR: setting(text, '.data'),
  KAFKA_BROKERS: optional(
    commaList(
      (broker) => /^[^\s:]+:\d{1,5}$/.test(broker),
      'a comma list of host:port',
      'kafka-1:9092,kafka-2:9092',
    ),
  ),
  KAFKA_SSL: setting(flag, 'false'),
  KAFKA_SSL_CA: optional(certificates),
  KAFKA_SSL_CERT: optional(certificates),
  KAFKA_SSL_KEY: optional(privateKey),
  KAFKA_SASL_MECHANISM: optional(
    oneOf('plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer', 'aws-msk-iam'),
  ),
  KAFKA_SASL_USERNAME: optional(text),
  KAFKA_SASL_PASSWORD: optional(text),
  KAFKA_SASL_TOKEN_URL: optional(
    url(/^https?:$/, 'an http:// or https:// URL', 'https://login.example.com/oauth2/token'),
  ),
  KAFKA_SASL_SCOPE: optional(text),
  KAFKA_SASL_EXTENSIONS: optional(pairs),
  SCHEMA_REGISTRY_URL: optional(
    url(/^https?:$/, 'an http:// or https:// URL', 'https://user:password@registry.example.com'),
  ),
  SCHEMA_REGISTRY_TOKEN: optional(text),
  SCHEMA_REGISTRY_CA: optional(certificates),
  TOPIC: setting(topicName, 'fx.rates.v1'),
  TOPIC_PARTITIONS: setting(wholeNumber(1, 100, 3), '3'),
  TOPIC_REPLICATION: setting(wholeNumber(1, 10, 3), '1'),
  CONSUMER_GROUP: setting(topicName, 'fx-rates-postgres'),
  XE_ACCOUNT_ID: optional(text),
  XE_API_KEY: optional(text),
  XE_BASE_URL: setting(providerUrl, 'https://xecdapi.xe.com/v1/'),
  OPENEXCHANGERATES_APP_ID: optional(text),
  OPENEXCHANGERATES_BASE_URL: setting(providerUrl, 'https://openexchangerates.org/api/'),
  OPENEXCHANGERATES_DAILY_BUDGET: setting(wholeNumber(0, 1_000_000, 20), '20'),
  PROVIDERS: setting(providers, 'xe'),
  FALLBACK_AFTER_MINUTES: setting(wholeNumber(0, 1440, 30), '30'),
  CROSS_CHECK: setting(oneOf('none', 'daily'), 'none'),
  CROSS_CHECK_TOLERANCE: setting(percent, '1'),
  CURRENCIES: setting(currencies, 'NGN,GHS,KES,UGX,MAD,XOF,EGP'),
  SCHEDULE: setting(cron, '0 1,23 * * *'),
  SCHEDULE_TZ: setting(timeZone, 'UTC'),
  CATCH_UP_HOURS: setting(wholeNumber(0, 168, 24), '24'),
  XE_DAILY_BUDGET: setting(wholeNumber(0, 1_000_000, 100), '100'),
  UPDATE_COOLDOWN_SECONDS: setting(wholeNumber(0, 86_400, 60), '60'),
  API_TOKEN: optional(
    matching(/^.{32,}$/, 'at least 32 characters', 'the output of: openssl rand -hex 32'),
  ),
  TRUST_PROXY: setting(wholeNumber(0, 10, 1), '0'),
  BASE_PATH: setting(path, ''),
  KEEP_ALIVE_SECONDS: optional(wholeNumber(1, 3600, 75)),
  METRICS: setting(oneOf('token', 'public'), 'token'),
  RATE_LIMIT_PER_MINUTE: optional(wholeNumber(1, 1_000_000, 600)),
  CONSOLE_URL: optional(
    url(/^https?:$/, 'an http:// or https:// URL', 'https://console.example.com'),
  ),
  SIMULATOR_PORT: setting(port(8080), '0'),
  SIMULATOR_MODE: setting(oneOf('live', 'daily'), 'live'),
  SIMULATOR_FAULT: setting(oneOf(...FAULTS), 'none'),
  FX_FAILPOINT: optional(failpoint),
  LOG_LEVEL: setting(oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal'), 'info'),
} satisfies Record<string, Setting<unknown>>;

function isHttpsOrLoopback(given: string): boolean {
  if (!URL.canParse(given)) return false;
  const { protocol, hostname } = new URL(given);
  const host = hostname.replace(/^\[|\]$/g, '');
  const isLoopback =
    host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  return protocol === 'https:' || (protocol === 'http:' && isLoopback);
}

/** Returns what is wrong with a cron expression of 5 fields, or 6 with seconds first, or null. */
function findCronFault(text: string): string | null {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5 && fields.length !== 6) return 'use cron with 5 fields, or 6';
  const kinds = CRON_FIELDS.slice(CRON_FIELDS.length - fields.length);
  for (const [index, kind] of kinds.entries()) {
    const fault = findFieldFault(fields[index] ?? '', kind);
    if (fault) return fault;
  }
  try {
    cronParser.parseExpression(text).next();
    return null;
  } catch {
    return 'it has no time in any year';
  }
}

function findFieldFault(
  field: string,
  { name, low, high }: (typeof CRON_FIELDS)[number],
): string | null {
  for (const item of field.split(',')) {
    const [range = '', step, ...rest] = item.split('/');
    const ends = range === '*' ? [] : range.split('-');
    if (rest.length > 0 || ends.length > 2) return `${name} ${item} cannot be read`;
    for (const end of ends) {
      if (CRON_NAMES[name]?.test(end)) continue;
      if (!/^\d{1,4}$/.test(end)) return `${name} ${item} cannot be read`;
      if (Number(end) < low || Number(end) > high)
        return `${name} ${Number(end)} is out of range ${low}-${high}`;
    }
    if (ends.length === 2 && Number(ends[0]) > Number(ends[1]))
      return `${name} ${item}: the range ends before it begins`;
    if (step !== undefined && !/^[1-9]\d{0,3}$/.test(step))
      return `${name} ${item}: the step must be a whole number above 0`;
  }
  return null;
}
