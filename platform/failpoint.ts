/** The marked points where a test may have the process die as if by kill -9: each lies between two steps that must not be torn. */
export const FAILPOINTS = [
  'after-claim',
  'after-answer',
  'after-keep',
  'after-publish',
  'before-decode',
  'after-decode',
  'before-transaction-commit',
  'after-transaction-commit',
  'before-offset-commit',
  'after-offset-commit',
  'before-dead-letter',
  'between-dead-letters',
  'after-dead-letter',
  'mid-replay',
] as const;
export type Failpoint = (typeof FAILPOINTS)[number];

/** Where to die, and at which passing of it; `point` or `point:3` in `FX_FAILPOINT`. */
export interface ArmedFailpoint {
  readonly point: Failpoint;
  readonly pass: number;
}

let armed: { point: Failpoint; passesLeft: number } | null = null;

/** Has this process kill itself at the point of the settings, which are refused in production; without one every point is a no-op. */
export function armFailpoint(setting: ArmedFailpoint | undefined): void {
  armed = setting ? { point: setting.point, passesLeft: setting.pass } : null;
}

/** Passes a marked point. A SIGKILL to oneself takes effect before the call returns, so nothing after it is done or cleaned up. */
export function failpoint(point: Failpoint): void {
  if (armed?.point === point && --armed.passesLeft === 0) process.kill(process.pid, 'SIGKILL');
}
