import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Request } from 'express';
import type { Contract, Operation, Parameter, Schema } from './contract.ts';
import { part } from './contract.ts';
import { type Fault, Refused } from './problems.ts';

/** The parameters of a request, as the contract declares them: lists split, whole numbers as numbers, defaults filled in. */
export type Question = Readonly<Record<string, string | number | readonly string[] | undefined>>;

const PLACES = ['query', 'path', 'header'] as const;

/**
 * What asks an operation's parameters of a request. Throws `Refused` that points at every one that is unknown, missing, repeated or
 * not as declared.
 */
export function questionOf(
  contract: Contract,
): (operation: Operation) => (req: Request) => Question {
  const ajv = new Ajv2020({ allErrors: true, strict: false, verbose: true });
  formats.default(ajv);
  return ({ parameters }) => {
    const compiled = () =>
      PLACES.map((place) => {
        const known = parameters.filter((parameter) => parameter.in === place);
        return {
          place,
          known,
          holds: ajv.compile({
            type: 'object',
            properties: Object.fromEntries(known.map(({ name, schema }) => [name, schema])),
            required: known.filter(({ required }) => required).map(({ name }) => name),
            components: contract.document.components,
          }),
        };
      });
    // Compiled for the first who asks: those of all operations together would hold every start up by a third of a second.
    let checks: ReturnType<typeof compiled> | undefined;
    const kind = (schema: Schema): Schema =>
      schema.$ref ? (part(contract.document, schema.$ref) as Schema) : schema;
    return (req) => {
      checks ??= compiled();
      const faults: Fault[] = [];
      const asked: Record<string, string | number | string[]> = {};
      for (const { place, known, holds } of checks) {
        const given = read(req, place, known, faults);
        const values = Object.fromEntries(
          Object.entries(given).map(([name, text]) => [
            name,
            parsed(text, kind(schemaOf(known, name))),
          ]),
        );
        if (!holds(values))
          faults.push(...(holds.errors ?? []).map((error) => faultOf(place, error)));
        for (const { name, schema } of known) {
          const value = values[name] ?? (schema.default as string | undefined);
          if (value !== undefined) asked[name] = value;
        }
      }
      if (faults.length > 0) {
        const unknown = faults.some(({ detail }) => detail.startsWith('unknown parameter'));
        throw new Refused('invalid-parameter', faults.map(({ detail }) => detail).join('; '), {
          errors: faults,
          ...(unknown && {
            allowed: parameters
              .filter(({ in: place }) => place === 'query')
              .map(({ name }) => name),
          }),
        });
      }
      return asked;
    };
  };
}

const schemaOf = (known: readonly Parameter[], name: string) =>
  known.find((parameter) => parameter.name === name)?.schema ?? {};

function read(
  req: Request,
  place: Parameter['in'],
  known: readonly Parameter[],
  faults: Fault[],
): Record<string, string> {
  if (place === 'path') return req.params as Record<string, string>;
  if (place === 'header')
    return Object.fromEntries(
      known.flatMap(({ name }) =>
        req.get(name) === undefined ? [] : [[name, req.get(name) as string]],
      ),
    );
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(req.query)) {
    const pointer = `#/query/${name.slice(0, 80)}`;
    if (!known.some((parameter) => parameter.name === name)) {
      const names = known.map((parameter) => parameter.name).join(', ');
      faults.push({
        detail: `unknown parameter ${name.slice(0, 80)}: ${names ? `known are ${names}` : 'there are none here'}`,
        pointer,
      });
    } else if (typeof value === 'string') given[name] = value;
    else faults.push({ detail: `${name} is given more than once`, pointer });
  }
  return given;
}

function parsed(text: string, { type }: Schema): string | number | string[] {
  if (type === 'array') return text.split(',');
  return type === 'integer' && /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}

function faultOf(
  place: Parameter['in'],
  { instancePath, params, message, data, keyword }: ErrorObject,
): Fault {
  const name =
    keyword === 'required' ? String(params['missingProperty']) : (instancePath.split('/')[1] ?? '');
  const said =
    keyword === 'enum'
      ? `must be one of ${(params['allowedValues'] as string[]).join(', ')}`
      : message;
  const detail =
    keyword === 'required'
      ? `${name} is missing`
      : `${name} ${said}, got ${JSON.stringify(data).slice(0, 80)}`;
  return { detail, pointer: `#/${place}/${name.toLowerCase()}` };
}
