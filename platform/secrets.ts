import { readFileSync } from 'node:fs';

type Environment = Record<string, string | undefined>;

/** The settings that may also be given as `NAME_FILE`, a file that holds the value, and that are never shown. */
export const SECRET_NAMES: readonly string[] = [
  'DATABASE_URL',
  'DATABASE_PASSWORD',
  'KAFKA_SASL_USERNAME',
  'KAFKA_SASL_PASSWORD',
  'XE_ACCOUNT_ID',
  'XE_API_KEY',
  'API_TOKEN',
];

/** The environment without its empty values, and with what the files of secrets hold. Faults are added to `faults`, a sentence each. */
export function withSecretFiles(environment: Environment, faults: string[]): Environment {
  const raw: Environment = {};
  for (const [name, value] of Object.entries(environment)) if (value !== '') raw[name] = value;
  for (const name of SECRET_NAMES) {
    const file = raw[`${name}_FILE`];
    if (!file) continue;
    if (raw[name]) faults.push(`${name} and ${name}_FILE are both set: keep one`);
    try {
      raw[name] = readFileSync(file, 'utf8').trim();
      // Unlike an empty value this is nobody's way to say "unset", and without a key rates would silently be made up.
      if (!raw[name]) faults.push(`${name}_FILE names ${file}, which is empty`);
    } catch {
      faults.push(`${name}_FILE names ${file}, which cannot be read`);
    }
  }
  return raw;
}

/** A password that comes by itself, as the file that the server reads too, goes into the URL: nobody else has to know of it. */
export function withPassword(raw: Environment, faults: string[]): Environment {
  const { DATABASE_URL: url, DATABASE_PASSWORD: password } = raw;
  if (!password) return raw;
  if (!url)
    faults.push(
      'DATABASE_PASSWORD is set without DATABASE_URL: set that to the server, its user and database',
    );
  if (!url || !URL.canParse(url)) return raw;
  const whole = new URL(url);
  if (whole.password)
    faults.push('DATABASE_URL holds a password and DATABASE_PASSWORD is set: keep one');
  whole.password = encodeURIComponent(password);
  return { ...raw, DATABASE_URL: whole.href };
}

/** Masks user and password of a URL in `text`, also where they break the URL, such as by a slash. */
export function maskUserinfo(text: string): string {
  return text.replace(/\/\/.*@/, '//***@').replace(/([?&](?:ssl)?password=)[^&]*/gi, '$1***');
}
