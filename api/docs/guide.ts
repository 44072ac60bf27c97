import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Router } from 'express';
import type { Token } from 'markdown-it';
import { prefixOf } from '../http/base-path.ts';
import { Refused, refuseOtherMethods } from '../http/problems.ts';
import { formatPage } from '../pages.ts';

const { resolve } = createRequire(import.meta.url);
const PROJECT = dirname(fileURLToPath(new URL('../../README.md', import.meta.url)));
const OURS = fileURLToPath(new URL('.', import.meta.url));
const SEARCH_ENGINE = join(dirname(resolve('minisearch')), '../umd');
const DECISIONS = 'docs/adr';

/** A part of a page below one heading, as the search finds it. */
interface Section {
  readonly id: string;
  readonly title: string;
  readonly heading: string;
  text: string;
}
interface Document {
  readonly title: string;
  readonly html: string;
  readonly markdown: string;
}
interface Guide {
  readonly documents: ReadonlyMap<string, Document>;
  readonly sections: readonly Section[];
  readonly sidebar: readonly (readonly [heading: string, links: readonly Link[]])[];
}
type Link = readonly [text: string, path: string];

/**
 * The Markdown documents as pages, with a sidebar and a search. Their addresses are the paths of
 * the repository, so that links between documents hold. Programs get the Markdown itself.
 */
export function guideRoutes(): Router {
  const router = Router();
  let guide: Promise<Guide> | undefined;
  const load = () => (guide ??= readGuide());
  router.get('/docs/guide', (_req, res) => res.redirect(`${prefixOf(res)}/docs/guide/README.md`));
  router.get('/docs/guide/search.json', async (_req, res) => res.json((await load()).sections));
  router.get('/docs/guide/minisearch.js', (_req, res) =>
    res.sendFile('index.js', { root: SEARCH_ENGINE, maxAge: '1h' }),
  );
  for (const file of ['guide.js', 'guide.css'])
    router.get(`/docs/guide/${file}`, (_req, res) => res.sendFile(file, { root: OURS }));
  router.get('/docs/guide/docs/images/:image', ({ params: { image } }, res) =>
    res.sendFile(image, { root: join(PROJECT, 'docs/images') }),
  );
  router.get('/docs/guide/*path', async (req, res) => {
    const path = req.params.path.join('/');
    const { documents, sidebar } = await load();
    const document = documents.get(path);
    if (!document) throw new Refused('not-found', `there is no page ${path.slice(0, 80)}`);
    res.vary('Accept');
    if (req.accepts(['text/markdown', 'text/html']) === 'text/markdown')
      res.type('text/markdown').send(document.markdown);
    else res.send(formatDocument(path, document, sidebar));
  });
  router.get('/llms.txt', async (_req, res) => res.type('text/plain').send(llmsText(await load())));
  router.all(['/docs/guide{/*path}', '/llms.txt'], refuseOtherMethods('GET', 'HEAD'));
  return router;
}

async function readGuide(): Promise<Guide> {
  const { default: Markdown } = await import('markdown-it');
  const parser = new Markdown({ html: true });
  parser.renderer.rules['table_open'] = () => '<div class="scroll" tabindex="0"><table>\n';
  parser.renderer.rules['table_close'] = () => '</table></div>\n';
  const paths = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...markdownIn('docs')].filter(
    (path) => existsSync(join(PROJECT, path)),
  );
  const documents = new Map<string, Document>();
  const sections: Section[] = [];
  for (const path of paths) {
    const markdown = readFileSync(join(PROJECT, path), 'utf8');
    const tokens = parser.parse(markdown, {});
    const title = tokens[1]?.content ?? path;
    sections.push(...splitSections(tokens, path, title));
    unlinkOtherFiles(tokens, path, [...paths, DECISIONS]);
    const html = parser.renderer.render(tokens, parser.options, {});
    documents.set(path, { title, html, markdown });
  }
  documents.set(DECISIONS, listDecisions(documents));
  return { documents, sections, sidebar: readSidebar(documents) };
}

const markdownIn = (folder: string): string[] =>
  existsSync(join(PROJECT, folder))
    ? readdirSync(join(PROJECT, folder), { encoding: 'utf8', recursive: true })
        .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
        .filter((path) => path.endsWith('.md'))
        .sort()
    : [];

/** Gives each heading the anchor that a forge gives it, and returns the sections they begin. */
function splitSections(tokens: readonly Token[], path: string, title: string): Section[] {
  const sections: Section[] = [];
  const taken = new Map<string, number>();
  for (const [n, token] of tokens.entries()) {
    if (token.type === 'heading_open') {
      const heading = tokens[n + 1]?.content.replaceAll('`', '') ?? '';
      const slug = heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-');
      const before = taken.get(slug) ?? 0;
      taken.set(slug, before + 1);
      const anchor = before === 0 ? slug : `${slug}-${before}`;
      token.attrSet('id', anchor);
      sections.push({ id: `${path}#${anchor}`, title, heading, text: '' });
    } else if (['inline', 'fence'].includes(token.type)) {
      const section = sections.at(-1);
      if (section) section.text += `${token.content}\n`;
    }
  }
  return sections;
}

/** Files that are not documents are not served: their names stay, without a link. */
function unlinkOtherFiles(tokens: readonly Token[], from: string, paths: readonly string[]): void {
  for (const token of tokens.flatMap(({ children }) => children ?? [])) {
    const href = String(token.attrGet('href') ?? token.attrGet('src') ?? '#');
    const path = posix.join(posix.dirname(from), href.split('#')[0] ?? '');
    if (/^(#|[a-z]+:)|images\//.test(href) || paths.includes(path)) continue;
    if (token.type === 'image') Object.assign(token, { type: 'text', content: '' });
    else token.attrs = [];
  }
}

function listDecisions(documents: ReadonlyMap<string, Document>): Document {
  const decisions = [...documents].filter(([path]) => path.startsWith(`${DECISIONS}/`));
  const items = decisions.map(
    ([path, { title }]) => `<li><a href="${posix.relative('docs', path)}">${title}</a></li>`,
  );
  const lines = decisions.map(([path, { title }]) => `- [${title}](${posix.basename(path)})`);
  const title = 'Decisions';
  return {
    title,
    html: `<h1>${title}</h1><ul>${items.join('')}</ul>`,
    markdown: `# ${title}\n\n${lines.join('\n')}\n`,
  };
}

/** The sidebar is the table below "Documentation" in the README: one list for all readers. */
function readSidebar(documents: ReadonlyMap<string, Document>): Guide['sidebar'] {
  const [, table = ''] = documents.get('README.md')?.markdown.split('\n## Documentation\n') ?? [];
  return [...table.matchAll(/^\| ([^|]+) \| (.+) \|$/gm)].flatMap(([, heading = '', cell = '']) => {
    const links = [...cell.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)]
      .map(([, text = '', path = '']): Link => [text.replaceAll('`', ''), path])
      .filter(([, path]) => documents.has(path.replace(/#.*/, '')));
    return links.length > 0 ? [[heading, links] as const] : [];
  });
}

function formatDocument(path: string, { title, html }: Document, sidebar: Guide['sidebar']) {
  const root = '../'.repeat(path.split('/').length - 1) || './';
  const linkTo = ([text, target]: Link) => {
    const current = target === path ? ' aria-current="page"' : '';
    return `<li><a href="${root}${target}"${current}>${text}</a></li>`;
  };
  const groups = sidebar.map(
    ([heading, links]) => `<h2>${heading}</h2>\n<ul>${links.map(linkTo).join('')}</ul>`,
  );
  const top = [
    `<a class="brand" href="${root}../../">fx-rates</a>`,
    `<a href="${root}README.md">Guide</a>`,
    `<a href="${root}../../docs">API</a>`,
  ];
  return formatPage({
    title: `${title} · fx-rates`,
    root: `${root}../..`,
    head:
      `<link rel="stylesheet" href="${root}guide.css">\n` +
      `<script defer src="${root}minisearch.js"></script>\n` +
      `<script defer src="${root}guide.js"></script>\n`,
    body: `<a class="skip" href="#page">Skip to content</a>
<header class="guide-top">${top.join('\n')}</header>
<div class="guide">
<div class="guide-side">
<search>
<label for="search">Search</label>
<input id="search" type="search" autocomplete="off" data-root="${root}">
<p id="found-count" class="muted small" role="status"></p>
<ul id="found"></ul>
</search>
<nav aria-label="Pages">
${groups.join('\n')}
</nav>
</div>
<main id="page" tabindex="-1">
${html}
</main>
</div>`,
  });
}

/** An index of the documents for language models (llmstxt.org). */
function llmsText({ documents, sidebar }: Guide): string {
  const paragraphs = documents.get('README.md')?.markdown.split('\n\n') ?? [];
  const about = paragraphs.find((text) => /^[A-Z]/.test(text)) ?? '';
  const groups = sidebar.map(([heading, links]) => {
    const lines = links
      .filter(([, path]) => documents.has(path))
      .map(([, path]) => `- [${documents.get(path)?.title}](docs/guide/${path})`);
    return `## To ${heading}\n\n${lines.join('\n')}\n`;
  });
  const contract = '## API\n\n- [OpenAPI contract](openapi.json)\n';
  return `# fx-rates\n\n> ${about.replaceAll('\n', ' ')}\n\n${[...groups, contract].join('\n')}`;
}
