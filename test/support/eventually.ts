const DEADLINE_MS = 40_000;
const PAUSE_MS = 25;

/** Retries an expectation until it holds. Throws its last failure after the deadline. */
export async function eventually<T>(
  expectation: () => T | Promise<T>,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  for (const began = Date.now(); ; ) {
    try {
      return await expectation();
    } catch (err) {
      if (Date.now() - began > deadlineMs) throw err;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
