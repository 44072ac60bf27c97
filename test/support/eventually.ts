const DEADLINE_MS = 40_000;
const PAUSE_MS = 25;

/** Retries an expectation until it holds. Throws its last failure after 40 seconds. */
export async function eventually<T>(expectation: () => T | Promise<T>): Promise<T> {
  for (const began = Date.now(); ; ) {
    try {
      return await expectation();
    } catch (err) {
      if (Date.now() - began > DEADLINE_MS) throw err;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
