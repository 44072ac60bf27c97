// @ts-check

/** When the parts of the page are built: what is in view first, and never much at a time. */

/** A frame that does not come, as in a tab in the background, is not waited for. */
const MAX_FRAME_MS = 100;
let turns = Promise.resolve();

/** Resolves in a task of its own, after the turns before it have been painted. */
export function takeTurn() {
  turns = turns.then(waitForPaint);
  return turns;
}

/** @returns {Promise<void>} */
const waitForPaint = () =>
  new Promise((resolve) => {
    setTimeout(resolve, MAX_FRAME_MS);
    requestAnimationFrame(() => setTimeout(resolve));
  });

/** Parts this near to the window are built before they come into view. */
const NEAR = '25% 0px';
/** Printing starts to build all parts; only the next print has them. @type {Promise<void>} */
const printed = new Promise((resolve) => addEventListener('beforeprint', () => resolve()));

/**
 * Resolves once an element of the page comes near the window, or the page is printed.
 * @param {Element} element
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export const waitForView = (element, signal) =>
  new Promise((resolve) => {
    const finish = () => {
      observer.disconnect();
      resolve();
    };
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && finish(),
      { rootMargin: NEAR },
    );
    observer.observe(element);
    void printed.then(() => signal.aborted || finish());
    signal.addEventListener('abort', () => observer.disconnect());
  });

/**
 * Runs after the last of several calls, such as those of a burst of rates.
 * @param {() => unknown} run
 * @param {number} ms
 */
export function debounce(run, ms) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(run, ms);
  };
}
