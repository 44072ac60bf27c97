import { spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Block, PROJECT } from './documents.ts';
import { isInstalled } from './requirements.ts';

/** The documents' dates were written on this day; they are shifted by the days since. */
const WRITTEN = '2026-11-25';
const DAY_MS = 86_400_000;
/** On a machine that others share; each block alone takes a second or two. */
const PATIENCE_MS = 60_000;

/** A temporary checkout to run snippets in, as a newcomer has it. */
export function checkout(): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'fx-docs-'));
  chmodSync(dir, 0o755);
  // A folder that is linked as a whole would be emptied by a snippet that empties it.
  mkdirSync(join(dir, 'node_modules'));
  for (const entry of [
    ...readdirSync(PROJECT),
    ...readdirSync(join(PROJECT, 'node_modules')).map((name) => `node_modules/${name}`),
  ])
    if (!/^(\.git|\.data|\.env|node_modules)$/.test(entry))
      symlinkSync(join(PROJECT, entry), join(dir, entry));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }) };
}

export interface Surroundings {
  readonly dir: string;
  readonly settings: Readonly<Record<string, string>>;
  /** What the documents call a server, and what it is called here. */
  readonly addresses: readonly (readonly [written: string, here: string])[];
}

/** A program that the block calls and that is not installed, or null. */
export function missingProgram({ language, text }: Block): string | null {
  const called = ['bash', 'curl', 'kcat', 'python3', 'psql'].filter((name) =>
    new RegExp(`\\b${name}\\b`).test(text),
  );
  if (language === 'python') called.push('python3');
  return called.find((name) => !isInstalled(name)) ?? null;
}

/** Runs a block as a reader would; it must succeed and print what the document shows. */
export async function runBlock(
  block: Block,
  { dir, settings, addresses }: Surroundings,
): Promise<void> {
  const text = addresses.reduce(
    (all, [written, here]) => all.replaceAll(written, here),
    shifted(block.text),
  );
  const expected = (block.seen ?? '').trimEnd().split('\n').filter(Boolean);
  const endless = block.note?.includes('runs until stopped') ?? false;
  const [program, args] = programFor(block, text, dir);
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    NO_COLOR: '1',
    ...settings,
  };
  const child = spawn(program, args, {
    cwd: dir,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const end = () => {
    // All that the block started shares its process group; it may have ended by itself.
    if (child.exitCode === null && child.signalCode === null)
      process.kill(-(child.pid as number), 'SIGTERM');
  };
  process.once('exit', end);
  const late = setTimeout(end, PATIENCE_MS);
  let stdout = '';
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk;
    output += chunk;
    if (endless && unseen(expected, stdout) === null) end();
  });
  child.stderr.on('data', (chunk: Buffer) => (output += chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(late);
  process.removeListener('exit', end);
  if (!endless) expect(code, `${block.file}:${block.line} says\n${output}`).to.equal(0);
  expect(
    unseen(expected, stdout),
    `what ${block.file}:${block.line} shows is missing in\n${output}`,
  ).to.equal(null);
}

function programFor(
  { language, line, file }: Block,
  text: string,
  dir: string,
): [string, string[]] {
  if (language === 'python') return ['python3', ['-c', text]];
  if (language === 'ts') {
    const snippet = join(dir, `snippet-${file.replaceAll('/', '-')}-${line}.ts`);
    writeFileSync(snippet, text);
    return [process.execPath, ['--import', './bin/typescript.mjs', snippet]];
  }
  // Variables stay for the next block, as in a terminal. Curl fails for statuses from 400.
  const kept = join(dir, `.variables-${file.replaceAll('/', '-')}`);
  const head = [
    'curl() { command curl --fail-with-body -sS "$@"; }',
    // docs/runbook.md defines it by deployment.
    'fx-rates() { npm run -s "$@"; }',
    'set -a -e -o pipefail\n',
  ].join('\n');
  return ['bash', ['-c', `${head}[ ! -f ${kept} ] || . ${kept}\n${text}\nexport -p > ${kept}`]];
}

function shifted(text: string): string {
  const days = Math.floor(Date.now() / DAY_MS) - Date.parse(WRITTEN) / DAY_MS;
  return text.replace(/\b2026-\d\d-\d\d\b/g, (day) =>
    new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10),
  );
}

/** The first expected line that is missing; `…` matches anything, a number any number. */
function unseen(expected: readonly string[], output: string): string | null {
  const lines = output.split('\n');
  for (const line of expected) {
    const pattern = line
      .trim()
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll('…', '.*')
      .replace(/\d+/g, '\\d+');
    const at = lines.findIndex((one) => new RegExp(`^${pattern}$`).test(one.trim()));
    if (at < 0) return line;
    lines.splice(0, at + 1);
  }
  return null;
}
