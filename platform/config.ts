import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { WrongSettings } from './errors.ts';
import {
  findMissingCredentials,
  hasCredentials,
  PROVIDER_SETTINGS,
  type ProviderName,
  SIMULATED,
} from './providers.ts';
import { Refusal } from './setting-kinds.ts';
import { SETTINGS, type Setting } from './settings.ts';

export type Environment = Record<string, string | undefined>;

/** Settings that are never shown, and that `NAME_FILE` may give as the content of a file. */
export const SECRET_NAMES: readonly string[] = [
  'DATABASE_URL',
  'DATABASE_PASSWORD',
  'KAFKA_SSL_CA',
  'KAFKA_SSL_CERT',
  'KAFKA_SSL_KEY',
  'KAFKA_SASL_USERNAME',
  'KAFKA_SASL_PASSWORD',
  'SCHEMA_REGISTRY_URL',
  'SCHEMA_REGISTRY_TOKEN',
  'SCHEMA_REGISTRY_CA',
  ...Object.values(PROVIDER_SETTINGS).flatMap(({ credentials }) => credentials),
  'API_TOKEN',
];

type Values = {
  readonly [Name in keyof typeof SETTINGS]: (typeof SETTINGS)[Name] extends Setting<infer T>
    ? T
    : never;
};
export type Config = Values & {
  /** Where the rates of slots and manual runs come from; a row of the table `sources`. */
  readonly source: string;
};

/** Every name that the environment may set. */
export const SETTING_NAMES = Object.keys(SETTINGS) as readonly (keyof typeof SETTINGS)[];

/**
 * Reads the environment, then `.env` for unset names, into one frozen object. An empty value
 * counts as unset. Throws `WrongSettings`, which lists every fault.
 */
export function readConfig(environment: Environment = process.env, envFile = '.env'): Config {
  const faults: string[] = [];
  const given = withSecretFiles({ ...readEnvFile(envFile, faults), ...environment }, faults);
  const raw = withPassword(given, faults);
  const values: Record<string, unknown> = {};
  for (const name of SETTING_NAMES) {
    const setting: Setting<unknown> = SETTINGS[name];
    const text = raw[name] ?? setting.fallback;
    if (text === undefined) continue;
    try {
      values[name] = setting.parse(text);
      if (values[name] === undefined)
        throw new Refusal(`use ${setting.expected}, for example ${setting.example}`);
    } catch (err) {
      if (!(err instanceof Refusal)) throw err;
      faults.push(`${name}: ${err.message}${shownAs(name, text)}`);
    }
  }
  const named = (values['PROVIDERS'] ?? []) as ProviderName[];
  faults.push(...findConflicts(raw), ...findMissingCredentials(named, raw));
  if (faults.length > 0) throw new WrongSettings(faults);
  const isReal = named.some((name) => hasCredentials(name, raw));
  const source = (isReal && named[0]) || SIMULATED;
  return Object.freeze({ ...(values as Values), source });
}

function shownAs(name: string, text: string): string {
  return SECRET_NAMES.includes(name) ? '' : `; got ${JSON.stringify(maskUserinfo(text))}`;
}

/** Settings that are right by themselves and wrong together. */
function findConflicts(raw: Environment): string[] {
  const faults: string[] = [];
  for (const { credentials } of Object.values(PROVIDER_SETTINGS))
    if (new Set(credentials.map((name) => Boolean(raw[name]))).size > 1)
      faults.push(`${credentials.join(' and ')}: set both or neither`);
  faults.push(...findKafkaConflicts(raw));
  if (raw['CROSS_CHECK'] === 'daily' && !raw['PROVIDERS']?.includes(','))
    faults.push('CROSS_CHECK: name a second provider in PROVIDERS, whose rates are compared');
  const seconds = Number(raw['KEEP_ALIVE_SECONDS'] || Number.NaN);
  if (Number(raw['TRUST_PROXY']) > 0 && seconds < 65)
    faults.push(
      'KEEP_ALIVE_SECONDS: use 65 or more where TRUST_PROXY is set, ' +
        `since proxies keep connections for 60 s; got ${seconds}`,
    );
  if (raw['FX_FAILPOINT'] && raw['NODE_ENV'] === 'production')
    faults.push('FX_FAILPOINT: remove it, it kills the process; NODE_ENV is production');
  return faults;
}

/** `b-1.fx.x1.c2.kafka.eu-west-1.amazonaws.com:9098` is in eu-west-1. */
export function mskRegion(brokers: string): string | null {
  return /\.kafka(?:-serverless)?\.([a-z\d-]+)\.amazonaws\.com/.exec(brokers)?.[1] ?? null;
}

function findKafkaConflicts(raw: Environment): string[] {
  const faults: string[] = [];
  const isSet = (name: string) => Boolean(raw[name]);
  const mechanism = raw['KAFKA_SASL_MECHANISM'];
  const sasl = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'];
  const missing = sasl.filter((name) => !isSet(name));
  if (missing.length % sasl.length !== 0 && mechanism !== 'aws-msk-iam')
    faults.push(`${sasl.join(', ')}: set all three or none; ${missing.join(' and ')} not set`);
  if (mechanism === 'oauthbearer' && !isSet('KAFKA_SASL_TOKEN_URL'))
    faults.push('KAFKA_SASL_TOKEN_URL: set it to where oauthbearer gets its tokens');
  if (isSet('KAFKA_SSL_CERT') !== isSet('KAFKA_SSL_KEY'))
    faults.push('KAFKA_SSL_CERT and KAFKA_SSL_KEY: set both or neither');
  const login = [...sasl, 'KAFKA_SSL_CA', 'KAFKA_SSL_CERT', 'KAFKA_SSL_KEY'].filter(isSet);
  if (login.length > 0 && !isSet('KAFKA_BROKERS'))
    faults.push(`KAFKA_BROKERS: set it for ${login.join(', ')}; without it Kafka is not used`);
  const overTls = ['KAFKA_SSL_CA', 'KAFKA_SSL_CERT', 'KAFKA_SSL_KEY'].filter(isSet);
  if (mechanism === 'aws-msk-iam') overTls.push('KAFKA_SASL_MECHANISM aws-msk-iam');
  if (overTls.length > 0 && raw['KAFKA_SSL'] !== 'true')
    faults.push(`KAFKA_SSL: set it to true for ${overTls.join(', ')}`);
  const { KAFKA_BROKERS: brokers } = raw;
  if (mechanism === 'aws-msk-iam' && brokers && !mskRegion(brokers))
    faults.push(
      'KAFKA_BROKERS: use the names that AWS gives them: aws-msk-iam reads the region there',
    );
  return faults;
}

/** The settings in force, safe to print: secrets and the userinfo of URLs are masked. */
export function maskedSettings(config: Config): Record<string, string> {
  const shown = Object.entries(config).flatMap(([name, value]): [string, string][] => {
    if (value === undefined) return [];
    const isList = Array.isArray(value);
    const text = typeof value === 'object' && !isList ? JSON.stringify(value) : String(value);
    if (name.endsWith('_URL')) return [[name, maskUserinfo(text)]];
    return [[name, SECRET_NAMES.includes(name) ? '***' : text]];
  });
  return Object.fromEntries(shown);
}

/** What the environment and `.env` set, apart, to show where a value comes from. */
export function settingSources(environment: Environment = process.env, envFile = '.env') {
  return { environment, dotEnv: readEnvFile(envFile, []) };
}

/**
 * Reads a `.env` file in UTF-8 or UTF-16, with or without a byte order mark; none is no settings.
 * Adds a sentence to `faults` when it cannot be read, and for every value that a `#` cuts short.
 */
function readEnvFile(file: string, faults: string[]): Environment {
  let text: string;
  try {
    text = decode(readFileSync(file));
  } catch (err) {
    const { code, name } = err as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return {};
    faults.push(unreadable(file, name === 'TypeError' ? 'encoding' : code));
    return {};
  }
  faults.push(...findCutValues(file, text));
  return parseEnv(text);
}

function unreadable(file: string, reason: string | undefined): string {
  if (reason === 'EISDIR') return `${file} is a folder: remove it, or make it a file of settings`;
  if (reason === 'encoding') return `${file} is neither UTF-8 nor UTF-16: save it as UTF-8`;
  return `${file} cannot be read (${reason}): grant read permission to the user of the program`;
}

/** Decodes by the byte order mark, which editors on Windows write. Throws `TypeError`. */
function decode(bytes: Buffer): string {
  const [first, second] = bytes;
  const isLittle = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0);
  const isBig = (first === 0xfe && second === 0xff) || (first === 0 && second !== 0);
  const encoding = isLittle ? 'utf-16le' : isBig ? 'utf-16be' : 'utf-8';
  const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  if (text.includes('\0')) throw new TypeError('NUL in the text');
  return text;
}

const ASSIGNMENT =
  /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*("(?:\\.|[^"\\])*"|'[^']*'|`[^`]*`|[^\n]*)/gm;

/** Without quotes, `#` begins a comment: intended after a space, a mistake within a value. */
function findCutValues(file: string, text: string): string[] {
  return [...text.matchAll(ASSIGNMENT)].flatMap(({ 1: name = '', 2: value = '', index }) => {
    const isQuoted = /^["'`]/.test(value);
    const isCut = SECRET_NAMES.includes(name) ? value.includes('#') : /\S#|^#/.test(value);
    if (isQuoted || !isCut) return [];
    const line = text.slice(0, index).split('\n').length;
    return [
      `${file} line ${line}: the # in the value of ${name} begins a comment: ` +
        'put the value in quotes',
    ];
  });
}

/** Drops empty values, which compose files pass for unset, and reads `NAME_FILE` secrets. */
function withSecretFiles(environment: Environment, faults: string[]): Environment {
  const raw: Environment = {};
  for (const [name, value] of Object.entries(environment)) if (value) raw[name] = value;
  for (const name of SECRET_NAMES) {
    const file = raw[`${name}_FILE`];
    if (!file) continue;
    if (raw[name]) faults.push(`${name} and ${name}_FILE are both set: keep one`);
    try {
      raw[name] = readFileSync(file, 'utf8')
        .replace(/^\uFEFF/, '')
        .trim();
      // Unlike an empty value, an empty file means a secret that was not mounted.
      if (!raw[name]) faults.push(`${name}_FILE: ${file} is empty`);
    } catch (err) {
      const { code } = err as NodeJS.ErrnoException;
      faults.push(`${name}_FILE: ${file} cannot be read (${code})`);
    }
  }
  return raw;
}

/** Puts DATABASE_PASSWORD, a secret that the database server may share, into DATABASE_URL. */
function withPassword(raw: Environment, faults: string[]): Environment {
  const { DATABASE_URL: url, DATABASE_PASSWORD: password } = raw;
  if (!password) return raw;
  if (!url)
    faults.push(
      'DATABASE_PASSWORD is set without DATABASE_URL: ' +
        'set DATABASE_URL to server, user and database',
    );
  if (!url || !URL.canParse(url)) return raw;
  const whole = new URL(url);
  if (whole.password)
    faults.push('DATABASE_URL holds a password and DATABASE_PASSWORD is set: keep one');
  whole.password = encodeURIComponent(password);
  return { ...raw, DATABASE_URL: whole.href };
}

/** Masks user and password of a URL, also where a character of theirs breaks the URL. */
export function maskUserinfo(text: string): string {
  return text.replace(/\/\/.*@/, '//***@').replace(/([?&](?:ssl)?password=)[^&]*/gi, '$1***');
}
