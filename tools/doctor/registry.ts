import { lookUpSubject } from '../../stream/schema-registry.ts';
import { type Check, ill, look, note, well } from './check.ts';

/** Looks at the schema registry: reached, our schema under its subject, and what it holds new ones to. Registers nothing. */
export function examineRegistry({
  url,
  subject,
  schema,
}: {
  url: string;
  subject: string;
  schema: string;
}) {
  const { host } = new URL(url);
  const examine = async (): Promise<Check[]> => {
    const { id, takesAnything } = await lookUpSubject(url, subject, schema);
    if (id === null)
      return [
        note(
          'schema registry',
          `${host}: ${subject} is not registered in this form yet; the producer does that`,
        ),
      ];
    const says = `${host}: ${subject} has our schema as id ${id}`;
    if (takesAnything)
      return [
        ill(
          'schema registry',
          `${says}, and takes schemas that cannot read it`,
          `set ${subject} to BACKWARD`,
        ),
      ];
    return [well('schema registry', `${says}, and takes none that could not read it`)];
  };
  return look(
    'schema registry',
    examine,
    () => 'start it, or correct SCHEMA_REGISTRY_URL (with its path, where it has one)',
  );
}
