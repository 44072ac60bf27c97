import { execFileSync } from 'node:child_process';

/** Whether a program can be found on PATH. */
export function isInstalled(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * Skips `what` loudly when the machine misses a requirement: `missing` names it, or is null.
 * With REQUIRE_BROKER=1, as in CI, that is a failure: a skipped test would never run.
 */
export function skipWithout(context: Mocha.Context, what: string, missing: string | null): void {
  if (missing === null) return;
  if (process.env['REQUIRE_BROKER'] === '1')
    throw new Error(`REQUIRE_BROKER=1, but ${missing}: ${what} cannot be tested`);
  process.stderr.write(`\n!!! SKIPPED: ${what} (${missing}) !!!\n`);
  context.skip();
}
