import type { Config, Environment } from './config.ts';

/** What each provider reads from the settings; one row each. */
export const PROVIDER_SETTINGS = {
  xe: {
    credentials: ['XE_ACCOUNT_ID', 'XE_API_KEY'],
    baseUrl: 'XE_BASE_URL',
    dailyBudget: 'XE_DAILY_BUDGET',
  },
  openexchangerates: {
    credentials: ['OPENEXCHANGERATES_APP_ID'],
    baseUrl: 'OPENEXCHANGERATES_BASE_URL',
    dailyBudget: 'OPENEXCHANGERATES_DAILY_BUDGET',
  },
} as const;
export type ProviderName = keyof typeof PROVIDER_SETTINGS;

/** The settings that hold credentials, of one provider or another, for messages. */
export const CREDENTIAL_NAMES = Object.values(PROVIDER_SETTINGS)
  .map(({ credentials }) => credentials.join(' and '))
  .join(', or ');

/** A provider of PROVIDERS with its settings. */
export interface ProviderConfig {
  readonly name: ProviderName;
  /** The source of its runs. */
  readonly source: string;
  /** Null where rates are simulated. */
  readonly credentials: readonly string[] | null;
  readonly simulatedAs: string;
  readonly baseUrl: string;
  readonly dailyBudget: number;
}

/** The source of the first provider where none has credentials: rates are made up. */
export const SIMULATED = 'simulator';

/** The providers of PROVIDERS, in order. Only the first simulated one is `simulator` itself. */
export function providersOf(config: Config): readonly ProviderConfig[] {
  const isSimulated = config.source === SIMULATED;
  return config.PROVIDERS.map((name, n) => {
    const { credentials, baseUrl, dailyBudget } = PROVIDER_SETTINGS[name];
    const simulatedAs = n === 0 ? SIMULATED : `${SIMULATED}-${name}`;
    return {
      ...{ name, simulatedAs, baseUrl: config[baseUrl], dailyBudget: config[dailyBudget] },
      source: n === 0 ? config.source : isSimulated ? simulatedAs : name,
      credentials: isSimulated ? null : credentials.map((setting) => config[setting] ?? ''),
    };
  });
}

export function hasCredentials(name: ProviderName, given: Environment): boolean {
  return PROVIDER_SETTINGS[name].credentials.every((setting) => given[setting]);
}

/** Real and simulated rates are never mixed: either all providers have credentials or none has. */
export function findMissingCredentials(
  named: readonly ProviderName[],
  given: Environment,
): string[] {
  const without = named.filter((name) => !hasCredentials(name, given));
  if (without.length === 0 || without.length === named.length) return [];
  const missing = without.flatMap((name) => PROVIDER_SETTINGS[name].credentials);
  return [
    `PROVIDERS: ${without.join(', ')} has no credentials: set ${missing.join(' and ')}, ` +
      'or leave it out',
  ];
}
