import { type Config, SETTING_NAMES, type settingSources } from '../../platform/config.ts';
import { SECRET_NAMES } from '../../platform/secrets.ts';
import { type LookAlike, lookAlikes } from './look-alikes.ts';

/** A setting as it is in force: its value, null when it has none, and who gave it. */
export interface EffectiveSetting {
  readonly name: string;
  readonly value: string | null;
  readonly from: string;
}

/** Every setting with its value, secrets masked, and where it came from; and names that only look like one. */
export function effectiveSettings(
  config: Config,
  { environment, dotEnv }: ReturnType<typeof settingSources>,
): { settings: EffectiveSetting[]; unknown: LookAlike[] } {
  const set = { ...dotEnv, ...environment };
  const origin = (name: string) => (name in environment ? 'environment' : '.env');
  const settings = SETTING_NAMES.map((name): EffectiveSetting => {
    const value = shown(name, config[name as keyof Config]);
    if (set[name]) return { name, value, from: origin(name) };
    const file = `${name}_FILE`;
    if (SECRET_NAMES.includes(name) && set[file])
      return { name, value, from: `file ${set[file]} (${origin(file)})` };
    return { name, value, from: 'default' };
  });
  const known = [...SETTING_NAMES, ...SECRET_NAMES.map((name) => `${name}_FILE`)];
  return { settings, unknown: lookAlikes(Object.keys(set), known) };
}

function shown(name: string, value: unknown): string | null {
  if (value === undefined) return null;
  // Where a database is one has to see; who may enter and with what, not.
  if (name === 'DATABASE_URL') {
    const { protocol, host, pathname } = new URL(String(value));
    return `${protocol}//***@${host}${pathname}`;
  }
  if (SECRET_NAMES.includes(name)) return '***';
  if (name === 'FX_FAILPOINT') return JSON.stringify(value);
  return String(value).replace(/\/\/[^/@]*@/, '//***@');
}
