import { burst } from './burst.ts';
import type { BenchCase } from './case.ts';
import { consume } from './consume.ts';
import { consumerProcesses } from './consumer-processes.ts';
import { embeddedStream } from './embedded-stream.ts';
import { endToEnd } from './end-to-end.ts';
import { idle } from './idle.ts';
import { loanBook } from './loan-book.ts';
import { oldSystem } from './old-system.ts';
import { publish } from './publish.ts';
import { readCold } from './read-cold.ts';
import { readHot } from './read-hot.ts';
import { replay } from './replay.ts';
import { slowLink } from './slow-link.ts';
import { startUp } from './start-up.ts';

/** Every case, in the order they run. */
export const CASES: readonly BenchCase[] = [
  startUp,
  embeddedStream,
  publish,
  endToEnd,
  consume,
  consumerProcesses,
  replay,
  readHot,
  readCold,
  oldSystem,
  burst,
  slowLink,
  loanBook,
  idle,
];
