import {
  type Environment,
  maskUserinfo,
  readEnvFile,
  SECRET_NAMES,
  withPassword,
  withSecretFiles,
} from './environment.ts';
import { WrongSettings } from './errors.ts';
import { Refusal, SETTINGS, type Setting } from './settings.ts';

type Values = {
  readonly [Name in keyof typeof SETTINGS]: (typeof SETTINGS)[Name] extends Setting<infer T>
    ? T
    : never;
};
export type Config = Values & { readonly source: 'xe' | 'simulator' };

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
  faults.push(...findConflicts(raw));
  if (faults.length > 0) throw new WrongSettings(faults);
  const source = values['XE_API_KEY'] ? 'xe' : 'simulator';
  return Object.freeze({ ...(values as Values), source });
}

function shownAs(name: string, text: string): string {
  return SECRET_NAMES.includes(name) ? '' : `; got ${JSON.stringify(maskUserinfo(text))}`;
}

/** Settings that are right by themselves and wrong together. */
function findConflicts(raw: Environment): string[] {
  const faults: string[] = [];
  if (!raw['XE_ACCOUNT_ID'] !== !raw['XE_API_KEY'])
    faults.push('XE_ACCOUNT_ID and XE_API_KEY: set both or neither');
  const sasl = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'];
  const missing = sasl.filter((name) => !raw[name]);
  if (missing.length % sasl.length !== 0)
    faults.push(`${sasl.join(', ')}: set all three or none; ${missing.join(' and ')} not set`);
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
