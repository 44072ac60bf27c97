import { lookUpSubject, type RegistrySettings } from '../../stream/schema-registry.ts';
import { type Check, examine, explainStream, note, ok, problem } from './check.ts';

const NAME = 'schema registry';

/** Examines the registry: reachable, our schema registered, compatibility. Registers nothing. */
export function examineRegistry({
  subject,
  schema,
  ...settings
}: RegistrySettings & { subject: string; schema: string }): Promise<Check[]> {
  const { host } = new URL(settings.url);
  const work = async (): Promise<Check[]> => {
    const { id, takesAnything } = await lookUpSubject(settings, subject, schema);
    if (id === null)
      return [note(NAME, `${host}: the producer has yet to register ${subject} in this version`)];
    const detail = `${host}: ${subject} has our schema as id ${id}`;
    if (takesAnything)
      return [
        problem(NAME, {
          code: 'registry_accepts_anything',
          severity: 'degraded',
          detail: `${detail}, but incompatible schemas are accepted`,
          fix: `set the compatibility of ${subject} to BACKWARD`,
        }),
      ];
    return [ok(NAME, `${detail}; incompatible schemas are refused`)];
  };
  const usual = 'start it, or correct SCHEMA_REGISTRY_URL (with its path, if it has one)';
  return examine(NAME, work, (err) => explainStream(err, 'registry_unavailable', usual));
}
