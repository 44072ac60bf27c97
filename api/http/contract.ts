import { readFileSync } from 'node:fs';
import { CORE_SCHEMA, load, mergeTag } from 'js-yaml';

/** The parts of a JSON schema that the API looks at. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly example?: unknown;
  /** What a valid value looks like, for error messages: `use …`. */
  readonly 'x-expected'?: string;
}
export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
  readonly example?: unknown;
}
/** One method of one path of the contract. */
export interface Operation {
  readonly id: string;
  readonly method: 'get' | 'post';
  /** As in the contract, `/v2/runs/{run_id}`. */
  readonly path: string;
  readonly tag: string;
  /** Requires the token, or a direct request from this machine where none is set. */
  readonly isPrivate: boolean;
  readonly parameters: readonly Parameter[];
  /** Media types of the successful response; the first is the default. */
  readonly formats: readonly string[];
}
export interface Contract {
  readonly document: {
    readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  };
  readonly operations: readonly Operation[];
}

interface RawOperation {
  operationId: string;
  tags: [string];
  security?: readonly object[];
  parameters?: ({ $ref: string } | Parameter)[];
  responses: Record<string, { content: Record<string, unknown> }>;
}
interface RawContract {
  paths: Record<string, Record<string, RawOperation>>;
  components: Contract['document']['components'];
}

/** Reads api/openapi.yaml. */
export function readContract(): Contract {
  const text = readFileSync(new URL('../openapi.yaml', import.meta.url), 'utf8');
  const document = load(text, { schema: CORE_SCHEMA.withTags(mergeTag) }) as RawContract;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Operation => {
      const { operationId, tags, security = [], parameters = [], responses } = operation;
      return {
        id: operationId,
        method: method as Operation['method'],
        path,
        tag: tags[0],
        isPrivate: security.length > 0 && security.every((way) => 'token' in way),
        parameters: parameters.map((parameter) =>
          '$ref' in parameter ? (resolveRef(document, parameter.$ref) as Parameter) : parameter,
        ),
        formats: Object.keys((responses['200'] ?? responses['202'])?.content ?? {}),
      };
    }),
  );
  return { document, operations };
}

/** The part of the contract that `#/components/…` names. */
export function resolveRef(document: object, ref: string): unknown {
  return ref
    .slice(2)
    .split('/')
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], document);
}
