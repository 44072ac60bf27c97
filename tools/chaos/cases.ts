import { badLinks } from './bad-links.ts';
import { brokerKilled } from './broker-killed.ts';
import type { ChaosCase } from './case.ts';
import { commitRepliesCut } from './commit-replies-cut.ts';
import { consumerKilled } from './consumer-killed.ts';
import { diskFull } from './disk-full.ts';
import { failpoints } from './failpoints.ts';
import { lettersUnwritable } from './letters-unwritable.ts';
import { members } from './members.ts';
import { nodeLost } from './node-lost.ts';
import { poison } from './poison.ts';
import { postgresKilled } from './postgres-killed.ts';
import { primaryLost } from './primary-lost.ts';
import { providerDown } from './provider-down.ts';
import { replayUnderTraffic } from './replay-under-traffic.ts';
import { repliesLost } from './replies-lost.ts';
import { schemaEvolution } from './schema-evolution.ts';
import { shuffledOrders } from './shuffled.ts';

/** Every case, in the order in which they run. */
export const CASES: readonly ChaosCase[] = [
  // It waits most of its time, beside the others of a quick run.
  providerDown,
  consumerKilled,
  failpoints,
  members,
  lettersUnwritable,
  schemaEvolution,
  shuffledOrders,
  brokerKilled,
  repliesLost,
  postgresKilled,
  primaryLost,
  diskFull,
  commitRepliesCut,
  badLinks,
  poison,
  replayUnderTraffic,
  nodeLost,
];
