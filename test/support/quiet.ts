import { makeLogger } from '../../platform/logger.ts';

/** A log that shows only fatal lines. */
export const quiet = makeLogger({ level: 'fatal', to: 'stderr' });

/** For a part that must not give up: the test fails. */
export const onGiveUp = (reason: Error): never => {
  throw reason;
};
