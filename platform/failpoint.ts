/** Points where a test can crash the process, as by kill -9, between two dependent steps. */
export const FAILPOINTS = [
  'after-claim',
  'after-answer',
  'after-keep',
  'after-publish',
  'before-decode',
  'after-decode',
  'before-save',
  'after-save',
  'before-offset-commit',
  'after-offset-commit',
  'before-dead-letter',
  'between-dead-letters',
  'after-dead-letter',
  'mid-replay',
] as const;
export type Failpoint = (typeof FAILPOINTS)[number];

/** Where to crash, and on which pass: `point` or `point:3` in `FX_FAILPOINT`. */
export interface ArmedFailpoint {
  readonly point: Failpoint;
  readonly pass: number;
}

let armed: { point: Failpoint; passesLeft: number } | null = null;

/** Arms the failpoint of the settings (refused in production); without one, all are no-ops. */
export function armFailpoint(setting: ArmedFailpoint | undefined): void {
  armed = setting ? { point: setting.point, passesLeft: setting.pass } : null;
}

/** Kills the process if this point is armed. SIGKILL takes effect before the call returns. */
export function failpoint(point: Failpoint): void {
  if (armed?.point === point && --armed.passesLeft === 0) process.kill(process.pid, 'SIGKILL');
}
