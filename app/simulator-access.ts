import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidRequest } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';

/** How to connect to a running simulator: its URL and credentials. */
export interface SimulatorAccess {
  readonly url: string;
  readonly accountId: string;
  readonly apiKey: string;
}

const fileIn = (dataDir: string) => join(dataDir, 'simulator.json');

/**
 * Writes the connection details of a running simulator to DATA_DIR/simulator.json, mode 0600, so
 * that `npm run simulator -- fault` finds it. Returns a function that deletes the file.
 */
export function writeSimulatorAccess(
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
    const outcome = 'npm run simulator -- fault will not find this simulator';
    log.warn({ err }, `${file} cannot be written: ${outcome}`);
  }
  return () => {
    try {
      // Another simulator may have overwritten it.
      if (readFileSync(file, 'utf8') === text) rmSync(file);
    } catch {
      // Never written, or removed already.
    }
  };
}

/** Reads what `writeSimulatorAccess` wrote. Throws `InvalidRequest` when no simulator did. */
export function readSimulatorAccess(dataDir: string): SimulatorAccess {
  try {
    return JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as SimulatorAccess;
  } catch (cause) {
    throw new InvalidRequest(
      `no simulator runs on DATA_DIR=${dataDir}: start one with npm run simulator, ` +
        'or with npm start without credentials of a provider',
      { cause },
    );
  }
}
