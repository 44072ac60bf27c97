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
 * Skips `what` with a loud line where the machine lacks what it needs: `missing` names that, and is null where it is there. With
 * REQUIRE_BROKER=1, as in CI, its absence is a failure: what is skipped there would never be tested.
 */
export function skipWithout(context: Mocha.Context, what: string, missing: string | null): void {
  if (missing === null) return;
  if (process.env['REQUIRE_BROKER'] === '1')
    throw new Error(`REQUIRE_BROKER=1, but ${missing}: ${what} cannot be tested`);
  process.stderr.write(`\n!!! SKIPPED: ${what} (${missing}) !!!\n`);
  context.skip();
}
