import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** A fenced block, the HTML comment right above it, and the `text` block right below it. */
export interface Block {
  readonly file: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
  readonly note: string | null;
  readonly seen: string | null;
}

export interface Document {
  readonly file: string;
  readonly text: string;
  /** The text without its fenced blocks. */
  readonly prose: string;
  readonly blocks: readonly Block[];
}

export const tracked: readonly string[] = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard'],
  {
    cwd: PROJECT,
    encoding: 'utf8',
  },
)
  .trim()
  .split('\n');

const FENCE = /^(?:<!-- (.+?) -->\n)?```(\w*)\n([\s\S]*?)^```$/gm;

/** Every Markdown file of the project. */
export const documents: readonly Document[] = tracked
  .filter((file) => file.endsWith('.md'))
  .map(readDocument);

function readDocument(file: string): Document {
  const text = readFileSync(join(PROJECT, file), 'utf8');
  const found = [...text.matchAll(FENCE)].map((match) => {
    const [whole, note = null, language = '', body = ''] = match;
    return { at: match.index, end: match.index + whole.length, note, language, text: body };
  });
  const blocks = found.map(({ at, end, note, language, text: body }, n) => {
    const next = found[n + 1];
    const seen =
      next?.language === 'text' && text.slice(end, next.at).trim() === '' ? next.text : null;
    return { file, line: text.slice(0, at).split('\n').length, language, text: body, note, seen };
  });
  return { file, text, prose: text.replace(FENCE, ''), blocks };
}

/** Heading anchors as a forge makes them: lower case, no punctuation, spaces as dashes. */
export function anchorsOf({ prose }: Document): string[] {
  const slugs = [...prose.matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return slugs.map((slug, n) => {
    const before = slugs.slice(0, n).filter((one) => one === slug).length;
    return before === 0 ? slug : `${slug}-${before}`;
  });
}
