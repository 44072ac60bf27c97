import { withinDeadline } from '../../platform/deadline.ts';

/** What was looked at and found. A `note` is worth knowing and nothing to mend; `todo` says what to do about what is `ill`. */
export interface Check {
  readonly name: string;
  readonly state: 'well' | 'note' | 'ill';
  readonly says: string;
  readonly todo: string | null;
}

/** All dependencies are looked at side by side, each for so long at most; with start and end a doctor is done within ten seconds. */
const LOOK_MS = 5500;

export const well = (name: string, says: string): Check => ({
  name,
  state: 'well',
  says,
  todo: null,
});
export const note = (name: string, says: string): Check => ({
  name,
  state: 'note',
  says,
  todo: null,
});
export const ill = (name: string, says: string, todo: string): Check => ({
  name,
  state: 'ill',
  says,
  todo,
});

/** Looks at one dependency. What rejects or does not end in time is ill, with what to do about it by the error. */
export async function look(
  name: string,
  work: () => Promise<Check[]>,
  todo: (error: unknown) => string,
): Promise<readonly Check[]> {
  try {
    return await withinDeadline(name, LOOK_MS, work());
  } catch (error) {
    const { message, code } = error as { message: string; code?: string };
    return [ill(name, message || String(code), todo(error))];
  }
}
