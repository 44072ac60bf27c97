import { createRequire } from 'node:module';

interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
}

const PATCHED_VERSION = '2.2.4';
/** kafkajs' own interval for looking at requests that wait for others to be answered. */
const LOOK_AGAIN_MS = 10;

/**
 * Has kafkajs 2.2.4 wait for work instead of asking for it: it looks for pending requests every millisecond, for ever, which costs 6 % of
 * a core per idle client, and with a negative delay, which newer Nodes warn of (kafkajs #1556, #1704, #1751). With nothing pending
 * there is nothing to schedule: every push and every answer looks by itself. Throws for any other version of kafkajs.
 */
export function calmRequestQueue(): void {
  const require = createRequire(import.meta.url);
  const { version } = require('kafkajs/package.json') as { version: string };
  if (version !== PATCHED_VERSION)
    throw new Error(`kafkajs: expected ${PATCHED_VERSION}, whose request queue is patched here, got ${version}`);
  const { prototype } = require('kafkajs/src/network/requestQueue') as {
    prototype: { scheduleCheckPendingRequests(this: RequestQueue): void };
  };
  prototype.scheduleCheckPendingRequests = function schedule() {
    if (this.throttleCheckTimeoutId || this.pending.length === 0) return;
    const throttled = this.throttledUntil - Date.now();
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      throttled > 0 ? throttled : LOOK_AGAIN_MS,
    );
  };
}
