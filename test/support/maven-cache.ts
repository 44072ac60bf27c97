import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Versions of the real servers, from Maven Central. */
export const KAFKA = '4.1.0';
export const APICURIO = '2.6.13.Final';
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/broker', import.meta.url));

/** Jars in a cache folder, filled once by Maven. */
export function mavenCache(
  name: string,
  fill: (dir: string, maven: (args: string[]) => Promise<unknown>) => Promise<void>,
): Promise<string> {
  const maven = (args: string[]) =>
    promisify(execFile)('mvn', ['-q', '-B', ...args], { maxBuffer: 1 << 24 });
  return keepFolder(name, (dir) => fill(dir, maven));
}

/** A cache folder, filled once under a temporary name: a killed download leaves nothing. */
export async function keepFolder(
  name: string,
  fill: (dir: string) => Promise<void>,
): Promise<string> {
  const dir = join(CACHE, name);
  if (existsSync(dir)) return dir;
  const fresh = `${dir}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  await fill(fresh);
  mkdirSync(dirname(dir), { recursive: true });
  renameSync(fresh, dir);
  return dir;
}
