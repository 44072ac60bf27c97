import { createPrivateKey, X509Certificate } from 'node:crypto';

/** A kind of value. `parse` returns undefined for a text that is not one. */
export interface Kind<T> {
  /** Completes the sentence "use …". */
  readonly expected: string;
  readonly example: string;
  /** Throws `Refusal` where it can be more precise than `expected`. */
  readonly parse: (text: string) => T | undefined;
}

/** A precise reason why a value is refused. */
export class Refusal extends Error {
  override name = 'Refusal';
}

export const matching = (pattern: RegExp, expected: string, example: string): Kind<string> => ({
  expected,
  example,
  parse: (text) => (pattern.test(text) ? text : undefined),
});
export const text = matching(/./, 'any text', 'text');
export const wholeNumber = (low: number, high: number, example: number): Kind<number> => ({
  expected: `a whole number from ${low} to ${high}`,
  example: String(example),
  parse: (given) => {
    const value = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
    return value >= low && value <= high ? value : undefined;
  },
});
export const port = (example: number) => wholeNumber(0, 65535, example);
export const oneOf = <const T extends string>(...values: T[]): Kind<T> => ({
  expected: `one of ${values.join(', ')}`,
  example: values[0] as string,
  parse: (given) => values.find((value) => value === given),
});
export const url = (schemes: RegExp, expected: string, example: string): Kind<string> => ({
  expected,
  example,
  parse: (given) => {
    if (hasBrokenUserinfo(given))
      throw new Refusal(
        'the user or password has a character that must be encoded: ' +
          '/ as %2F, @ as %40, : as %3A, # as %23, ? as %3F',
      );
    return URL.canParse(given) && schemes.test(new URL(given).protocol) ? given : undefined;
  },
});
export const commaList = (
  isItem: (item: string) => boolean,
  expected: string,
  example: string,
): Kind<string[]> => ({
  expected,
  example,
  parse: (given) => {
    const items = given.split(',').map((item) => item.trim());
    return items.every(isItem) ? items : undefined;
  },
});
export const flag: Kind<boolean> = {
  expected: 'one of true, false',
  example: 'true',
  parse: (given) => (given === 'true' || given === 'false' ? given === 'true' : undefined),
};

/** PEM text; one line with `\\n` in it, as some platforms keep it, is accepted too. */
const pem = (what: string, check: (text: string) => unknown): Kind<string> => ({
  expected: `${what} as PEM text; _FILE at the end of the name takes a file of it`,
  example: `-----BEGIN ${what === 'a key' ? 'PRIVATE KEY' : 'CERTIFICATE'}-----…`,
  parse: (given) => {
    const text = given.replaceAll('\\n', '\n');
    if (/^-----BEGIN ENCRYPTED|^Proc-Type:.*ENCRYPTED/m.test(text))
      throw new Refusal('the key is encrypted: decrypt it with openssl pkey -in FILE -out NEW');
    try {
      check(text);
      return text;
    } catch {
      return undefined;
    }
  },
});
export const certificates = pem('certificates', (text) => new X509Certificate(text));
export const privateKey = pem('a key', createPrivateKey);

export const pairs: Kind<Record<string, string>> = {
  expected: 'a comma list of name=value',
  example: 'logicalCluster=lkc-1,identityPoolId=pool-1',
  parse: (given) => {
    const items = given.split(',').map((item) => /^\s*(\w+)=([\w.:/-]+)\s*$/.exec(item) ?? []);
    if (items.some(([, name]) => !name)) return undefined;
    return Object.fromEntries(items.map(([, name, value]) => [name, value]));
  },
};

/** A slash in a password ends the host there, and what follows up to the @ becomes the path. */
function hasBrokenUserinfo(given: string): boolean {
  const [, rest = ''] = /^[a-z]+:\/\/(.*)$/i.exec(given) ?? [];
  const end = rest.search(/[/?#]/);
  const authority = end === -1 ? rest : rest.slice(0, end);
  return rest.slice(authority.length).includes('@') || authority.split('@').length > 2;
}
