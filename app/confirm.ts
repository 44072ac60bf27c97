import { createInterface } from 'node:readline/promises';

/** Asks a yes-or-no question on the terminal. Anything but y or yes is a no, an abort too. */
export async function confirm(question: string, signal?: AbortSignal): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const reply = await prompt.question(`${question} [y/N] `, signal ? { signal } : {});
    return /^y(es)?$/i.test(reply.trim());
  } catch (error) {
    if (signal?.aborted) return false;
    throw error;
  } finally {
    prompt.close();
  }
}
