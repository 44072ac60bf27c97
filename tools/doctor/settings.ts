import {
  type Config,
  maskedSettings,
  SECRET_NAMES,
  SETTING_NAMES,
  type settingSources,
} from '../../platform/config.ts';
import type { Heartbeat } from '../../platform/heartbeat.ts';
import { PROVIDER_SETTINGS } from '../../platform/providers.ts';
import { type Check, note, problem } from './check.ts';

/** A setting in force: its value (null when unset), and where it comes from. */
export interface EffectiveSetting {
  readonly name: string;
  readonly value: string | null;
  readonly from: string;
}

/** A variable that no setting reads, and the setting that was probably meant. */
export interface LookAlike {
  readonly name: string;
  readonly meant: string;
}

/** Every setting of this process, secrets masked, with its origin; and names that look alike. */
export function readEffectiveSettings(
  config: Config,
  { environment, dotEnv }: ReturnType<typeof settingSources>,
): { settings: EffectiveSetting[]; unknown: LookAlike[] } {
  const given = { ...dotEnv, ...environment };
  const origin = (name: string) => (name in environment ? 'environment' : '.env');
  const masked = maskedSettings(config);
  const settings = SETTING_NAMES.map((name): EffectiveSetting => {
    const value = masked[name] ?? null;
    if (given[name]) return { name, value, from: origin(name) };
    const file = `${name}_FILE`;
    if (SECRET_NAMES.includes(name) && given[file])
      return { name, value, from: `file ${given[file]} (${origin(file)})` };
    return { name, value, from: 'default' };
  });
  const known = [...SETTING_NAMES, ...SECRET_NAMES.map((name) => `${name}_FILE`)];
  return { settings, unknown: findLookAlikes(Object.keys(given), known) };
}

export function checkLookAlikes(unknown: readonly LookAlike[]): Check[] {
  return unknown.map(({ name, meant }) =>
    problem('settings', {
      code: 'setting_unknown',
      severity: 'degraded',
      detail: `${name} is set, and no setting has that name`,
      fix: `did you mean ${meant}?`,
    }),
  );
}

/** Settings that services must agree on, and the services that read them. */
const SHARED: readonly { names: readonly string[]; services: readonly string[] }[] = [
  {
    names: [
      ...['CURRENCIES', 'SCHEDULE', 'SCHEDULE_TZ', 'PROVIDERS'],
      ...Object.values(PROVIDER_SETTINGS).flatMap(({ credentials, dailyBudget }) => [
        ...credentials,
        dailyBudget,
      ]),
    ],
    services: ['producer', 'api'],
  },
  {
    names: [
      ...['TOPIC', 'TOPIC_PARTITIONS', 'TOPIC_REPLICATION', 'KAFKA_BROKERS'],
      ...['SCHEMA_REGISTRY_URL', 'CONSUMER_GROUP'],
    ],
    services: ['producer', 'consumer'],
  },
];

type Running = Pick<Heartbeat, 'service' | 'settings'> & Partial<Pick<Heartbeat, 'instance'>>;

/** Differences between running services are problems: one of them works on something else. */
export function compareRunning(running: readonly Running[]): Check[] {
  return SHARED.flatMap(({ names, services }) =>
    names.flatMap((name): Check[] => {
      const readers = running.filter(
        ({ service, settings }) => services.includes(service) && Object.keys(settings).length > 0,
      );
      const values = new Map<string, string[]>();
      for (const { service, settings } of readers) {
        const value = settings[name] ?? '(unset)';
        values.set(value, [...new Set([...(values.get(value) ?? []), service])]);
      }
      if (values.size < 2) return [];
      const sides = [...values].map(([value, by]) => `${value} in ${by.join(' and ')}`);
      return [
        problem('settings', {
          code: 'settings_differ',
          severity: 'degraded',
          detail: `${name} differs between running services: ${sides.join(', ')}`,
          fix: `give both the same ${name} and restart the one that is wrong`,
        }),
      ];
    }),
  );
}

/**
 * Settings in force are those of the running services; this process may have others. Replaces the
 * values by the services' and notes each difference.
 */
export function preferRunning(
  own: readonly EffectiveSetting[],
  running: readonly Running[],
): { settings: EffectiveSetting[]; notes: Check[] } {
  const notes: Check[] = [];
  const settings = own.map((setting): EffectiveSetting => {
    const known = running.filter(({ settings: of }) => setting.name in of);
    const isOne = known.length > 1 && new Set(known.map(processOf)).size === 1;
    // In one process all have the settings of the API.
    const readers =
      API_ONLY.includes(setting.name) && !isOne
        ? known.filter(({ service }) => service === 'api')
        : known;
    const [first] = readers;
    if (!first) return setting;
    const value = first.settings[setting.name] ?? null;
    const services = isOne
      ? 'npm start'
      : [...new Set(readers.map(({ service }) => service))].join(', ');
    if (value !== setting.value && isComparable(setting.name))
      notes.push(
        note(
          'settings',
          `${setting.name} is ${value ?? '(unset)'} in the running ${services}, ` +
            `but ${setting.value ?? '(unset)'} here`,
        ),
      );
    return { ...setting, value, from: `running ${services}` };
  });
  return { settings, notes };
}

/** Read by the API alone. */
const API_ONLY = [
  ...['PORT', 'BASE_PATH', 'API_TOKEN', 'TRUST_PROXY', 'RATE_LIMIT_PER_MINUTE'],
  ...['KEEP_ALIVE_SECONDS', 'CONSOLE_URL', 'UPDATE_COOLDOWN_SECONDS'],
];

/** `host/pid` of an instance: npm start runs all services in one. */
const processOf = ({ instance, service }: Running) => instance?.split('/', 2).join('/') ?? service;

/** A command rightly differs in how it logs. */
const isComparable = (name: string) => !['LOG_LEVEL', 'FX_FAILPOINT'].includes(name);

/** Variables that no setting reads and that resemble one: KAFKA_BROKER, API_TOKE. */
export function findLookAlikes(
  variables: readonly string[],
  settings: readonly string[],
): LookAlike[] {
  const known = new Set(settings);
  return variables
    .filter((name) => !known.has(name))
    .flatMap((name) => {
      const meant = settings.find((setting) => looksAlike(name, setting));
      return meant ? [{ name, meant }] : [];
    });
}

function looksAlike(name: string, setting: string): boolean {
  const [a, b] = [normalise(name), normalise(setting)];
  if (a === b) return true;
  // Short names resemble too many others: HOST and COST, PORT and SORT.
  if (b.length >= 8 && editDistance(a, b) <= 2) return true;
  if (b.length >= 4 && (a === `${b}S` || b === `${a}S`)) return true;
  const words = name.toUpperCase().split('_');
  const wanted = setting.split('_');
  return words.length > 1 && words[0] === wanted[0] && words.every((word) => wanted.includes(word));
}

const normalise = (name: string) => name.toUpperCase().replace(/[_-]/g, '');

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const substitution = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(substitution, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
