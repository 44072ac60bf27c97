import type { BenchCase } from './case.ts';
import { consume } from './consume.ts';
import { embeddedStream } from './embedded-stream.ts';
import { idle } from './idle.ts';
import { loanBook } from './loan-book.ts';
import { readCold } from './read-cold.ts';
import { readHot } from './read-hot.ts';
import { startUp } from './start-up.ts';

/** Every case, in the order they run. */
export const CASES: readonly BenchCase[] = [startUp, embeddedStream, consume, readHot, readCold, loanBook, idle];
