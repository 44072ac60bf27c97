import { XeError } from './xe-error.ts';

/** A request's parameters, as Express reads them. */
export type Query = Readonly<Record<string, unknown>>;

/** A parameter's text, or undefined. XE's Node client sends what it leaves out as an empty value, so empty is absent. */
export function textOf(query: Query, name: string): string | undefined {
  const value = query[name] ?? '';
  if (typeof value !== 'string') throw new XeError(400, `${name} is given more than once`);
  return value.trim() === '' ? undefined : value.trim();
}

/** `true` or `false` in any case (Python writes `True`); absent is false. */
export function flagOf(query: Query, name: string): boolean {
  const text = textOf(query, name)?.toLowerCase() ?? 'false';
  if (text !== 'true' && text !== 'false')
    throw new XeError(400, `${name} must be true or false, got ${text}`);
  return text === 'true';
}

/** A whole number between two limits, or `standard` where the parameter is absent. */
export function wholeNumberOf(
  query: Query,
  name: string,
  limits: { min: number; max: number; standard: number },
): number {
  const text = textOf(query, name);
  if (text === undefined) return limits.standard;
  const number = Number(text);
  if (/^\d{1,9}$/.test(text) && number >= limits.min && number <= limits.max) return number;
  throw new XeError(
    400,
    `${name} must be a whole number from ${limits.min} to ${limits.max}, got ${text}`,
  );
}

/** A plain decimal (`2.5`, `-3`) of at most 15 digits before and 10 after the point. */
export function decimalOf(query: Query, name: string, standard: string): string {
  const text = textOf(query, name) ?? standard;
  if (!/^-?\d{1,15}(\.\d{1,10})?$/.test(text))
    throw new XeError(400, `${name} must be a plain decimal, got ${text}`);
  return text;
}

/** The items of a comma list; a list without any is a missing parameter. */
export function listOf(query: Query, name: string): string[] {
  const items = (textOf(query, name) ?? '').split(',').map((item) => item.trim());
  const named = items.filter((item) => item !== '');
  if (named.length === 0) throw new XeError(400, `${name} is required`);
  return named;
}
