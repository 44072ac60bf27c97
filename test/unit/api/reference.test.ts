import { expect } from 'chai';
import { readContract, resolveRef, type Schema } from '../../../api/http/contract.ts';

const { document } = readContract();
const { schemas } = document.components;
/** What `example`, `examples`, `const` and `enum` add to a schema. */
type Described = Schema & Readonly<Record<string, unknown>>;

/** A schema with what its reference says; its own words win. */
function resolve(schema: Described): Described {
  if (!schema.$ref) return schema;
  return { ...resolve(resolveRef(document, schema.$ref) as Described), ...schema };
}

const variants = (schema: Described) =>
  [schema, ...((schema.anyOf ?? []) as Described[])].map(resolve);
const isContainer = (schema: Described) =>
  variants(schema).some(({ type }) => type === 'object' || type === 'array');
const hasExample = (schema: Described) =>
  variants(schema).some((one) =>
    ['example', 'examples', 'const', 'enum'].some((key) => key in one),
  );

/** Every declared field below a schema, as `Status.newest.rate_date`. */
function fieldsOf(schema: Described, path: string): [path: string, field: Described][] {
  const items = schema.items as Described | undefined;
  const inside = [schema, ...(items ? [items] : []), ...((schema.anyOf ?? []) as Described[])];
  return inside.flatMap(({ properties = {} }) =>
    Object.entries(properties as Record<string, Described>).flatMap(([name, field]) => {
      const own = `${path}.${name}`;
      return [[own, field] as [string, Described], ...fieldsOf(field, own)];
    }),
  );
}

describe('the reference in openapi.yaml', () => {
  const fields = Object.entries(schemas).flatMap(([name, schema]) =>
    fieldsOf(schema as Described, name),
  );

  it('describes every field of every response', () => {
    const bare = fields.filter(([, { description }]) => !description).map(([path]) => path);
    expect(fields).to.have.length.above(200);
    expect(bare).to.deep.equal([]);
  });

  it('has an example or the allowed values of every field that holds a value', () => {
    const bare = fields.filter(([, field]) => !isContainer(field) && !hasExample(field));
    expect(bare.map(([path]) => path)).to.deep.equal([]);
  });
});
