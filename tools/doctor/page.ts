import type { Check } from './check.ts';
import type { LookAlike } from './look-alikes.ts';
import type { EffectiveSetting } from './settings.ts';

export interface Diagnosis {
  /** Whether nothing is ill. */
  readonly well: boolean;
  readonly versions: Readonly<Record<string, string>>;
  readonly settings: readonly EffectiveSetting[];
  readonly unknown: readonly LookAlike[];
  readonly checks: readonly Check[];
}

const MARKS = { well: 'ok  ', note: 'note', ill: 'ILL ' };

/** The diagnosis for a person: what is in force, then what was found, and behind what is ill an arrow with what to do. */
export function diagnosisPage({ well, versions, settings, checks }: Diagnosis): string {
  const width = Math.max(...settings.map(({ name }) => name.length), 0);
  return [
    Object.entries(versions)
      .map(([what, version]) => `${what} ${version}`)
      .join(' · '),
    '',
    ...settings.map(
      ({ name, value, from }) =>
        `  ${name.padEnd(width)}  ${value ?? '(unset)'}${from === 'default' ? '' : `  ← ${from}`}`,
    ),
    '',
    ...checks.flatMap(({ name, state, says, todo }) => [
      `  ${MARKS[state]} ${name}: ${says}`,
      ...(todo ? [`       → ${todo}`] : []),
    ]),
    '',
    well ? 'All is well.' : `${checks.filter(({ state }) => state === 'ill').length} to mend.`,
  ].join('\n');
}
