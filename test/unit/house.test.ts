import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { PROJECT, tracked } from '../support/documents.ts';

/**
 * How many offenders of each house rule are left. Only ever lower a number: `bound` is where the
 * project wants to be, `ceiling` is what is recorded today.
 */
const CEILINGS = {
  wideLines: { bound: 30, ceiling: 20 },
  asNever: { bound: 0, ceiling: 0 },
  untypedRaw: { bound: 0, ceiling: 1 },
  logsWithoutError: { bound: 0, ceiling: 0 },
  longFunctions: { bound: 0, ceiling: 0 },
  words: { bound: 25, ceiling: 25 },
};

/** Words of the documentation, as `wc -w` counts them. Lower the ceiling towards the bound. */
const LENGTH = {
  'README.md': { bound: 900, ceiling: 900 },
  everything: { bound: 17_000, ceiling: 17_000 },
};

const MAX_COLUMNS = 100;
const MAX_FUNCTION_LINES = 60;
const MAX_SHOWN = 80;
/** Words of a literal translation; each has a plain or a standard term in its place. */
const WORDS = /\b(whoever|mend|mended|anew|in earnest|nobody|told|stands|lacks)\b/gi;
const SELF = 'test/unit/house.test.ts';

interface Source {
  readonly file: string;
  readonly lines: readonly string[];
}

const readSources = (files: readonly string[]): Source[] =>
  files.map((file) => ({ file, lines: readFileSync(join(PROJECT, file), 'utf8').split('\n') }));
const isGenerated = ({ lines }: Source) =>
  lines.join('\n').slice(0, 300).toLowerCase().includes('generated');
const isCode = (file: string) => /\.(ts|js|sql|css|html|yaml|cjs)$/.test(file);
const isElsewhere = (file: string) =>
  /^(docs\/|deploy\/|\.github|seeds\/loan-book|docker-compose\.yaml)/.test(file);
const isTest = (file: string) => /^(test|examples)\//.test(file);
const isTool = (file: string) => /^(simulator|tools)\/|^bin\/(chaos|bench)/.test(file);

const present = tracked.filter((file) => existsSync(join(PROJECT, file)));
const code = readSources(present.filter((file) => isCode(file) && !isElsewhere(file))).filter(
  (source) => !isGenerated(source),
);
const typescript = code.filter(({ file }) => /\.(ts|js)$/.test(file));
const product = code.filter(({ file }) => !isTest(file) && !isTool(file));
const documents = readSources(present.filter((file) => file.endsWith('.md')));

/** One offender a match, as `file:line: text`. */
function findInLines(sources: readonly Source[], pattern: RegExp): string[] {
  return sources.flatMap(({ file, lines }) =>
    lines.flatMap((line, n) =>
      [...line.matchAll(pattern)].map(() => `${file}:${n + 1}: ${line.trim().slice(0, 120)}`),
    ),
  );
}

function findWideLines(): string[] {
  return code.flatMap(({ file, lines }) =>
    lines.flatMap((line, n) =>
      line.length > MAX_COLUMNS ? [`${file}:${n + 1}: ${line.length} columns`] : [],
    ),
  );
}

const FUNCTION_HEAD =
  /^(export )?(default )?(async )?function\*? \w+|^(export )?const \w+ = (async )?\(.*=> \{$/;

function findLongFunctions(): string[] {
  return typescript
    .filter(({ file }) => !isTest(file))
    .flatMap(({ file, lines }) =>
      lines.flatMap((line, start) => {
        if (!FUNCTION_HEAD.test(line)) return [];
        const length = lines.slice(start).findIndex((one) => /^};?$/.test(one));
        return length > MAX_FUNCTION_LINES ? [`${file}:${start + 1}: ${length + 1} lines`] : [];
      }),
    );
}

/** The text from an opening bracket to its closing one. Brackets in strings are rare here. */
function readBracketed(text: string, open: number): string {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if ('({['.includes(text[at] as string)) depth++;
    if (')}]'.includes(text[at] as string)) depth--;
    if (depth === 0) return text.slice(open, at + 1);
  }
  return text.slice(open);
}

const CATCH = /\bcatch(?: \(\w+\))? \{|\.catch\(/g;
const LOG_CALL = /\blog(?:ger)?\??\.(?:error|warn|info|debug|fatal)\(/g;

/** Log calls in a catch block or handler that drop the error object, and with it the stack. */
function findLogsWithoutError(): string[] {
  return typescript
    .filter(({ file }) => !isTest(file) && !file.startsWith('dashboard/'))
    .flatMap(({ file, lines }) => {
      const text = lines.join('\n');
      const offenders = [...text.matchAll(CATCH)].flatMap((found) => {
        const open = found.index + found[0].length - 1;
        const body = readBracketed(text, open);
        return [...body.matchAll(LOG_CALL)].flatMap((call) => {
          const args = readBracketed(body, call.index + call[0].length - 1);
          const line = text.slice(0, open + call.index).split('\n').length;
          return /\{[^}]*\berr\b/.test(args) ? [] : [`${file}:${line}: ${call[0]}…)`];
        });
      });
      return [...new Set(offenders)];
    });
}

const mayUseRaw = (file: string) => file === 'platform/sql.ts' || file.startsWith('migrations/');

const FOUND: Record<keyof typeof CEILINGS, { rule: string; find: () => string[] }> = {
  wideLines: { rule: `no line over ${MAX_COLUMNS} columns`, find: findWideLines },
  asNever: {
    rule: 'no `as never` in product code',
    find: () => findInLines(product, /\bas never\b/g),
  },
  untypedRaw: {
    rule: 'no untyped `.raw(` in product code',
    find: () =>
      findInLines(
        product.filter(({ file }) => !mayUseRaw(file)),
        /\.raw\(/g,
      ),
  },
  logsWithoutError: {
    rule: 'no log call in a catch without the error object',
    find: findLogsWithoutError,
  },
  longFunctions: {
    rule: `no top-level function over ${MAX_FUNCTION_LINES} lines`,
    find: findLongFunctions,
  },
  words: {
    rule: 'plain words in code and documents',
    find: () => findInLines([...code.filter(({ file }) => file !== SELF), ...documents], WORDS),
  },
};

describe('the house', () => {
  for (const [name, { rule, find }] of Object.entries(FOUND)) {
    it(`keeps its rule: ${rule}`, () => {
      const { bound, ceiling } = CEILINGS[name as keyof typeof CEILINGS];
      const offenders = find();
      const shown = offenders.slice(0, MAX_SHOWN).join('\n');
      expect(
        offenders.length,
        `${name}: ${offenders.length} offenders, bound ${bound}\n${shown}\n`,
      ).to.be.at.most(ceiling);
    });
  }

  for (const [name, { bound, ceiling }] of Object.entries(LENGTH)) {
    it(`says what a user needs in few words: ${name}`, () => {
      const counts = documents
        .filter(({ file }) => name === 'everything' || file === name)
        .map(({ file, lines }) => ({ file, words: lines.join(' ').match(/\S+/g)?.length ?? 0 }));
      const total = counts.reduce((sum, { words }) => sum + words, 0);
      const longest = counts.sort((a, b) => b.words - a.words).slice(0, 5);
      const shown = longest.map(({ file, words }) => `${file} ${words}`).join(', ');
      const message = `bound ${bound}; longest: ${shown}`;
      expect(total, message).to.be.at.most(ceiling);
    });
  }
});
