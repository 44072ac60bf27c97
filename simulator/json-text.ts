/** A number whose digits go into the JSON text as they stand: a JavaScript number would keep only about 15 of them. */
export interface Digits {
  readonly digits: string;
}

type Json = string | number | boolean | Digits | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}

/** JSON text like `JSON.stringify`, except that `Digits` become number literals to the letter. */
export function jsonText(value: Json): string {
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (isDigits(value)) return value.digits;
  return `{${Object.entries(value)
    .map(([name, member]) => `${JSON.stringify(name)}:${jsonText(member)}`)
    .join(',')}}`;
}

function isDigits(value: Digits | JsonObject): value is Digits {
  return 'digits' in value;
}
