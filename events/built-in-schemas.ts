import { existsSync, readFileSync } from 'node:fs';
import { RATE_OBSERVED_SCHEMA } from './rate-observed.ts';

/** Ids without a registry start far above any that a registry assigns: both may share a topic. */
const FIRST_ID = 0x7f000001;

/** Every version that was ever written without a registry, oldest first: its file never changes. */
const FROZEN = readFrozen();

/** The schema of a built-in id, or null for an id that only a registry can know. */
export const builtInSchema = (id: number): string | null => FROZEN[id - FIRST_ID] ?? null;

/** The id of the current schema where there is no registry. */
export const CURRENT_BUILT_IN_ID = FIRST_ID + FROZEN.length - 1;

/** The current schema differs from its newest frozen version. */
class SchemaNotFrozen extends Error {
  override name = 'SchemaNotFrozen';
}

/**
 * Throws `SchemaNotFrozen` with the recipe when `current` is not the newest frozen version: events
 * that were written before would be read with a schema that they were not written with. A change of
 * documentation needs no version.
 */
export function requireFrozenSchema(current = RATE_OBSERVED_SCHEMA): void {
  const version = FROZEN.length;
  if (withoutDocs(current) === withoutDocs(FROZEN[version - 1] ?? '{}')) return;
  throw new SchemaNotFrozen(
    `events/rate-observed.avsc differs from its newest frozen version, v${version}. Undo the ` +
      'change, or release it as a new version: give every new field a default, then run ' +
      `cp events/rate-observed.avsc events/frozen/rate-observed.v${version + 1}.avsc`,
  );
}

function readFrozen(): string[] {
  const versions: string[] = [];
  for (;;) {
    const file = new URL(`./frozen/rate-observed.v${versions.length + 1}.avsc`, import.meta.url);
    if (!existsSync(file)) return versions;
    versions.push(readFileSync(file, 'utf8'));
  }
}

function withoutDocs(schema: string): string {
  return JSON.stringify(JSON.parse(schema, (name, value) => (name === 'doc' ? undefined : value)));
}
