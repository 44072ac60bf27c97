import type { JsonObject } from './json-text.ts';
import type { Query } from './query.ts';
import type { Mode } from './timestamp.ts';

/** One call to an endpoint. */
export interface Asked {
  readonly query: Query;
  readonly now: Date;
  readonly mode: Mode;
}

/** What an endpoint says: the body, how many rates it costs and, where XE answers 304, since when it says the same. */
export interface Answer {
  readonly body: JsonObject;
  readonly rates: number;
  readonly lastModified?: Date;
}

/** Turns a question into an answer and touches nothing. Throws `XeError` for what XE would refuse. */
export type Endpoint = (asked: Asked) => Answer;

/** Every data answer begins with these. */
export const LEGAL = {
  terms: 'http://www.xe.com/legal/dfs.php',
  privacy: 'http://www.xe.com/privacy.php',
};
