import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

export type Environment = Record<string, string | undefined>;

/** Settings that are never shown, and that `NAME_FILE` may give as the content of a file. */
export const SECRET_NAMES: readonly string[] = [
  'DATABASE_URL',
  'DATABASE_PASSWORD',
  'KAFKA_SASL_USERNAME',
  'KAFKA_SASL_PASSWORD',
  'SCHEMA_REGISTRY_URL',
  'XE_ACCOUNT_ID',
  'XE_API_KEY',
  'API_TOKEN',
];

/**
 * Reads a `.env` file in UTF-8 or UTF-16, with or without a byte order mark; none is no settings.
 * Adds a sentence to `faults` when it cannot be read, and for every value that a `#` cuts short.
 */
export function readEnvFile(file: string, faults: string[]): Environment {
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
export function withSecretFiles(environment: Environment, faults: string[]): Environment {
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
export function withPassword(raw: Environment, faults: string[]): Environment {
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
