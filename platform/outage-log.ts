import { StreamUnavailable } from './errors.ts';
import { type HealthCode, troubleOf } from './health.ts';
import type { Logger } from './logger.ts';

export interface OutageLog {
  /** Records a failed attempt, to be repeated in `retryInMs`. */
  failed(err: unknown, retryInMs: number): void;
  /** Records a success. */
  recovered(): void;
}

/** What is unavailable, for the log; a code that is not here is a failure of the work itself. */
const DEPENDENCIES: Partial<Record<HealthCode, string>> = {
  postgres_unavailable: 'Postgres',
  disk_full: 'Postgres',
  stream_unavailable: 'the event stream',
  registry_unavailable: 'schema registry',
  provider_unavailable: 'the provider',
};

interface Outage {
  readonly since: number;
  /** Loops that still fail because of it. */
  readonly failing: Set<string>;
  readonly what: string;
  readonly code: HealthCode;
}

/** Outages of a process by dependency. Its loops share a logger, and fail together. */
const outagesOf = new WeakMap<Logger, Map<string, Outage>>();

/** Whether the process has an outage of this kind now. */
export function hasOutage(log: Logger, code: HealthCode): boolean {
  return [...(outagesOf.get(log)?.values() ?? [])].some((outage) => outage.code === code);
}

/**
 * Logs one line when an outage begins and one when it is over, however often and by how many loops
 * of a process the dependency is tried in between; those attempts are logged at `debug`.
 *
 * @param name the work that fails, such as `heartbeat`
 * @param meanwhile what happens until it works again, such as `rates stay in the ledger`
 */
export function openOutageLog({
  name,
  meanwhile,
  log,
}: {
  name: string;
  meanwhile?: string;
  log: Logger;
}): OutageLog {
  const outages = outagesOf.get(log) ?? new Map<string, Outage>();
  outagesOf.set(log, outages);

  return {
    failed(err, retryInMs) {
      const { code } = troubleOf(err);
      const named = err instanceof StreamUnavailable ? err.what : undefined;
      const dependency = DEPENDENCIES[code] && (named ?? DEPENDENCIES[code]);
      // Another loop may be the one that fails by the same outage.
      const key = `${dependency ?? name} ${code}`;
      const outage = outages.get(key);
      const fields = {
        err,
        code,
        retryInMs: Math.round(retryInMs),
        ...(meanwhile && { meanwhile }),
      };
      if (outage) {
        outage.failing.add(name);
        log.debug(fields, `${name} failed again, retrying`);
        return;
      }
      const what = dependency
        ? `${dependency} is unavailable, ${name} retries`
        : `${name} failed, retrying`;
      outages.set(key, {
        since: Date.now(),
        failing: new Set([name]),
        what: dependency ?? name,
        code,
      });
      log.error(fields, what);
    },
    recovered() {
      for (const [key, { since, failing, what, code }] of outages) {
        if (!failing.delete(name) || failing.size > 0) continue;
        outages.delete(key);
        const seconds = Math.round((Date.now() - since) / 1000);
        log.info({ code, seconds }, `${what} works again after ${seconds} s`);
      }
    },
  };
}
