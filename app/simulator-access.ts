import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidRequest } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';

/** Where a running simulator listens, and its credentials. */
export interface SimulatorAccess {
  readonly url: string;
  readonly accountId: string;
  readonly apiKey: string;
}

const fileIn = (dataDir: string) => join(dataDir, 'simulator.json');

/**
 * Writes the access of a running simulator into DATA_DIR, readable by its user only, so that
 * `npm run simulator -- fault` finds it. Returns what removes it again.
 */
export function announceSimulator(
  dataDir: string,
  access: SimulatorAccess,
  log: Logger,
): () => void {
  const file = fileIn(dataDir);
  const text = JSON.stringify(access);
  try {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(file, text, { mode: 0o600 });
  } catch (err) {
    log.debug({ err }, 'simulator access not written: npm run simulator -- fault cannot find it');
  }
  return () => {
    try {
      // Another simulator may have taken the file over.
      if (readFileSync(file, 'utf8') === text) rmSync(file);
    } catch {
      // Never written, or removed already.
    }
  };
}

/** The access of the simulator that runs on a DATA_DIR. Throws `InvalidRequest` without one. */
export function readSimulatorAccess(dataDir: string): SimulatorAccess {
  try {
    return JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as SimulatorAccess;
  } catch (cause) {
    throw new InvalidRequest(
      `no simulator runs on DATA_DIR=${dataDir}: start one with npm start or npm run simulator`,
      { cause },
    );
  }
}
