import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';

/** A part of a JSON schema, as far as it is looked at here. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly default?: unknown;
}
export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}
/** What the contract says of one method at one path. */
export interface Operation {
  readonly id: string;
  readonly method: 'get' | 'post';
  /** As in the contract, `/v2/runs/{run_id}`. */
  readonly path: string;
  readonly tag: string;
  /** Wants the token, or a caller on this machine where none is set. */
  readonly guarded: boolean;
  readonly parameters: readonly Parameter[];
  /** Media types of the 200 answer, the first being the one that who does not care gets. */
  readonly formats: readonly string[];
  readonly takesBody: boolean;
}
export interface Contract {
  readonly document: {
    readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  };
  readonly operations: readonly Operation[];
}

// biome-ignore lint/suspicious/noExplicitAny: what YAML holds; the contract test knows its shape
type Raw = any;

/** Reads api/openapi.yaml. */
export function readContract(): Contract {
  const document = load(readFileSync(new URL('../openapi.yaml', import.meta.url), 'utf8')) as Raw;
  const operations = Object.entries<Raw>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Raw>(methods).map(
      ([
        method,
        { operationId, tags, security, parameters = [], responses, requestBody },
      ]): Operation => ({
        id: operationId,
        method: method as Operation['method'],
        path,
        tag: tags[0],
        guarded: security !== undefined,
        parameters: (parameters as ({ $ref: string } | Parameter)[]).map((parameter) =>
          '$ref' in parameter ? (part(document, parameter.$ref) as Parameter) : parameter,
        ),
        formats: Object.keys((responses['200'] ?? (responses['202'] as Raw))['content']),
        takesBody: requestBody !== undefined,
      }),
    ),
  );
  return { document, operations };
}

/** The part of the contract that `#/components/…` names. */
export function part(document: object, ref: string): unknown {
  return ref
    .slice(2)
    .split('/')
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], document);
}
