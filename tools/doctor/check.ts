import { connect } from 'node:net';
import { withinDeadline } from '../../platform/deadline.ts';
import { StreamUnavailable } from '../../platform/errors.ts';
import { describe, formatMinute, type Problem, sortProblems } from '../problems.ts';

/** What was examined and found: healthy, worth knowing, or a problem with its code and its fix. */
export type Check =
  | { readonly name: string; readonly state: 'ok' | 'note'; readonly detail: string }
  | (Omit<Problem, 'component'> & { readonly name: string; readonly state: 'problem' });

export const ok = (name: string, detail: string): Check => ({ name, state: 'ok', detail });
export const note = (name: string, detail: string): Check => ({ name, state: 'note', detail });

interface Finding {
  code: string;
  detail: string;
  fix: string;
  severity?: Problem['severity'];
  retryAt?: string | null;
}

/** A problem; `down` unless it is marked as degraded. */
export function problem(name: string, finding: Finding): Check {
  const { code, detail, fix, severity = 'down', retryAt = null } = finding;
  return { name, state: 'problem', code, severity, detail, fix, retry_at: retryAt };
}

export function problemsOf(checks: readonly Check[]): Problem[] {
  const found = checks.flatMap((check): Problem[] => {
    if (check.state !== 'problem') return [];
    const { name: component, state: _, ...rest } = check;
    return [{ component, ...rest }];
  });
  return sortProblems(found);
}

/** The checks for a person: problems first, the worst on top, each with its fix. */
export function formatChecks(checks: readonly Check[]): string[] {
  const problems = problemsOf(checks).flatMap(({ component, detail, fix, retry_at }) => [
    `  !!   ${describe(component, detail)}`,
    `       → ${fix}${retry_at ? `; retried at ${formatMinute(retry_at)}` : ''}`,
  ]);
  const marks = { ok: 'ok  ', note: 'note' };
  const others = checks.flatMap((check) =>
    check.state === 'problem' ? [] : [`  ${marks[check.state]} ${check.name}: ${check.detail}`],
  );
  return [...problems, ...others];
}

/** All dependencies are examined in parallel, so that a doctor is done within ten seconds. */
const EXAMINE_MS = 5500;

/** Examines one dependency. A rejection or a deadline becomes a problem. */
export async function examine(
  name: string,
  work: () => Promise<Check[]>,
  explain: (err: unknown) => { code: string; fix: string; detail?: string },
): Promise<Check[]> {
  try {
    return await withinDeadline(name, EXAMINE_MS, work());
  } catch (err) {
    const { message, code } = err as { message?: string; code?: string };
    return [problem(name, { detail: message || String(code), ...explain(err) })];
  }
}

/** A refusal of the brokers or the registry names its own fix; anything else gets the usual one. */
export function explainStream(err: unknown, code: string, usual: string) {
  if (!(err instanceof StreamUnavailable && err.fix)) return { code, fix: usual };
  return { code: err.healthCode, detail: err.detail, fix: err.fix };
}

const CONNECT_MS = 2000;

/** Why no connection can be made to `host:port`, or null when one can. */
export function probeTcp(address: string): Promise<string | null> {
  const colon = address.lastIndexOf(':');
  const socket = connect({
    host: address.slice(0, colon),
    port: Number(address.slice(colon + 1)),
    timeout: CONNECT_MS,
  });
  return new Promise<string | null>((resolve) => {
    socket.once('connect', () => resolve(null));
    socket.once('timeout', () => resolve(`no connection within ${CONNECT_MS / 1000} s`));
    socket.once('error', (err: NodeJS.ErrnoException) => resolve(err.code ?? err.message));
  }).finally(() => socket.destroy());
}
