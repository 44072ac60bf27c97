import { makeLogger } from '../../platform/logger.ts';

/** A log that shows only fatal lines. */
export const quiet = makeLogger({ level: 'fatal', to: 'stderr' });
