import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';

/** Asks a yes-or-no question on the terminal. Anything but y or yes is a no; so is the end. */
export async function confirm(question: string, signal?: AbortSignal): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const ended = once(prompt, 'close').then(() => '');
  const cancel = () => prompt.close();
  signal?.addEventListener('abort', cancel);
  try {
    const reply = await Promise.race([prompt.question(`${question} [y/N] `), ended]);
    return /^y(es)?$/i.test(reply.trim());
  } finally {
    signal?.removeEventListener('abort', cancel);
    prompt.close();
  }
}
