import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Request } from 'express';
import { isDayForm } from '../../platform/calendar-day.ts';
import type { Contract, Operation, Parameter, Schema } from './contract.ts';
import { resolveRef } from './contract.ts';
import { type Fault, Refused } from './problems.ts';

/** Parameters as the contract declares them: lists split, numbers parsed, defaults set. */
export type Params = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export type ReadParams = (req: Request) => Params;

type Value = string | number | string[];
const PLACES = ['query', 'path', 'header'] as const;

/**
 * Prepares the reading of an operation's parameters. A request with an unknown, missing, repeated
 * or malformed one is refused; every fault is named once, with an example.
 */
export function paramReader({ document }: Contract): (operation: Operation) => ReadParams {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  formats.default(ajv);
  const compile = (known: readonly Parameter[]): ValidateFunction =>
    ajv.compile({
      type: 'object',
      properties: Object.fromEntries(known.map(({ name, schema }) => [name, schema])),
      required: known.filter(({ required }) => required).map(({ name }) => name),
      components: document.components,
    });
  const resolve = (schema: Schema): Schema =>
    schema.$ref ? { ...(resolveRef(document, schema.$ref) as Schema), ...schema } : schema;
  return ({ parameters }) => {
    const places = PLACES.map((place) => {
      const known = parameters
        .filter((parameter) => parameter.in === place)
        .map((parameter) => ({ ...parameter, resolved: resolve(parameter.schema) }));
      return { place, known };
    });
    // Compiled on first use: compiling all operations would delay the start by a third of a second.
    const validators = new Map<string, ValidateFunction>();
    return (req) => {
      const faults: Fault[] = [];
      const params: Record<string, Value> = {};
      for (const { place, known } of places) {
        const given = readPlace(req, place, known, faults);
        const validate = validators.get(place) ?? compile(known);
        validators.set(place, validate);
        if (!validate(given)) faults.push(...faultsOf(validate.errors ?? [], place, known, given));
        for (const { name, resolved } of known) {
          const value = given[name] ?? (resolved.default as Value | undefined);
          if (value !== undefined) params[name] = value;
        }
      }
      if (faults.length > 0) throw refusal(faults, parameters);
      return params;
    };
  };
}

interface Known extends Parameter {
  readonly resolved: Schema;
}

function readPlace(
  req: Request,
  place: Parameter['in'],
  known: readonly Known[],
  faults: Fault[],
): Record<string, Value> {
  const values: Record<string, Value> = {};
  const raw: Record<string, unknown> =
    place === 'path' ? req.params : place === 'query' ? req.query : {};
  if (place === 'header') for (const { name } of known) raw[name] = req.get(name);
  for (const [name, given] of Object.entries(raw)) {
    if (given === undefined) continue;
    const parameter = known.find((each) => each.name === name);
    const shown = name.slice(0, 80);
    const pointer = `#/${place}/${shown}`;
    if (!parameter) {
      const names = known.map((each) => each.name).join(', ');
      const hint = names ? `the known ones are ${names}` : 'this address takes none';
      faults.push({ detail: `unknown parameter ${shown}: ${hint}`, pointer });
    } else if (parameter.resolved.type === 'array') {
      values[name] = [given].flat().flatMap((text) => String(text).split(',').map(trim));
    } else if (typeof given !== 'string') {
      faults.push({ detail: `${shown}: give it once, not several times`, pointer });
      values[name] = String([given].flat()[0]);
    } else values[name] = toValue(given, parameter.resolved);
  }
  return values;
}

const trim = (text: string) => text.trim();

function toValue(text: string, { type }: Schema): Value {
  return type === 'integer' && /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}

/** One fault for each parameter, however many rules of its schema it breaks. */
function faultsOf(
  errors: readonly ErrorObject[],
  place: Parameter['in'],
  known: readonly Known[],
  given: Readonly<Record<string, Value>>,
): Fault[] {
  const names = errors.map(({ keyword, params, instancePath }) =>
    keyword === 'required' ? String(params['missingProperty']) : instancePath.split('/')[1],
  );
  return known
    .filter(({ name }) => names.includes(name))
    .map((parameter) => {
      const { name } = parameter;
      const got = JSON.stringify(given[name]);
      const detail =
        given[name] === undefined
          ? `${name} is missing: ${expectation(parameter)}`
          : `${name}: ${expectation(parameter, given[name])} (got ${got.slice(0, 80)})`;
      return { detail, pointer: `#/${place}/${name.toLowerCase()}` };
    });
}

function expectation({ resolved, example = resolved.example }: Known, given?: Value): string {
  if (resolved.format === 'date' && isDayForm(String(given)))
    return `this day does not exist, use one like ${example}`;
  if (resolved.type === 'string' && /^-\d+(\.\d+)?$/.test(String(given)))
    return `must not be negative, use one like ${example}`;
  if (resolved.enum) return `use one of ${resolved.enum.join(', ')}`;
  if (resolved.type === 'integer')
    return `use a whole number from ${resolved.minimum ?? 0} to ${resolved.maximum}`;
  const expected = resolved['x-expected'] ?? 'use a valid value';
  return example === undefined ? expected : `${expected}, for example ${[example].flat().join()}`;
}

function refusal(faults: readonly Fault[], parameters: readonly Parameter[]): Refused {
  const isUnknown = faults.some(({ detail }) => detail.startsWith('unknown parameter'));
  const allowed = parameters.filter(({ in: place }) => place === 'query').map(({ name }) => name);
  return new Refused('invalid-parameter', faults.map(({ detail }) => detail).join('; '), {
    errors: faults,
    ...(isUnknown && { allowed }),
  });
}
