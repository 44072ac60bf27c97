import type pg from 'pg';
import { type Database, sessionClient } from '../../platform/database.ts';
import { destroyConnection } from '../../platform/drop-dirty-connection.ts';
import { failpoint } from '../../platform/failpoint.ts';
import { HEALTHY, streamTroubleOf, type Trouble } from '../../platform/health.ts';
import { execute, queryPrepared, sqlFolder } from '../../platform/sql.ts';
import { startWakeLoop } from '../../platform/wake-loop.ts';
import type { BatchHandler, StreamRecord, Subscription } from '../port.ts';
import { nextRecords } from './records.ts';
import type { PostgresStreamOptions } from './stream.ts';

const sql = sqlFolder(import.meta.url);
const POLL_MS = 2000;
/** A member that is alone and woken by notifications has nothing to find out by itself. */
const ALONE_POLL_MS = 10_000;
/** Names of advisory locks: one for being a member, one for owning a partition. */
const MEMBERS = 'fx-rates stream members';
const OWNERS = 'fx-rates stream owners';

interface Member extends PostgresStreamOptions {
  topic: string;
  group: string;
  onBatch: BatchHandler;
}

/**
 * Joins a group on the embedded stream. Every member holds one session with advisory locks: a
 * shared one says that it exists, an exclusive one for each partition that it owns it. Locks die
 * with their session, so the partitions of a killed member are free at once. A member that lost its
 * session unknowingly repeats a batch at worst, which idempotent writes make harmless.
 */
export async function subscribePostgres(member: Member): Promise<Subscription> {
  const { db, topic, group, log, notifications } = member;
  let session: pg.Client | null = null;
  let owned: number[] = [];
  let [isAlone, isListening] = [false, false];
  let trouble: Trouble = HEALTHY;
  let giveUp: (reason: Error) => void = () => {};
  const gaveUp = new Promise<Error>((resolve) => {
    giveUp = resolve;
  });

  const loop = startWakeLoop({
    name: 'stream consumer',
    meanwhile: 'records stay on the stream',
    work: async (signal) => {
      session ??= await join(member, () => loop.wake());
      try {
        ({ owned, isAlone } = await takeFairShare(session, member, owned));
        if (await handleNext(member, owned, signal)) return 0;
        return isListening && isAlone ? ALONE_POLL_MS : POLL_MS;
      } catch (err) {
        owned = [];
        // A polite end would wait for ever for a silent server, and so would the locks.
        destroyConnection(session);
        session = null;
        throw err;
      }
    },
    pollMs: ALONE_POLL_MS,
    retry: { firstMs: 100, longestMs: 2000 },
    onFailure: (err) => {
      trouble = err === null ? HEALTHY : streamTroubleOf(err);
    },
    onGiveUp: giveUp,
    log,
  });
  const listens = (yes: boolean) => {
    isListening = yes;
    loop.wake();
  };
  const unsubscribe = notifications?.subscribe('stream', {
    onNotify: (payload) => payload === topic && loop.wake(),
    onConnect: () => listens(true),
    onLost: () => listens(false),
  });
  return {
    gaveUp,
    health: () => ({ ...trouble, partitions: owned }),
    stop: async () => {
      unsubscribe?.();
      await loop.stop();
      owned = [];
      // Ending the session frees its locks; the others take over now and not at their next poll.
      await session?.end().catch(() => undefined);
      await execute(db, ANNOUNCE, { topic }).catch((err) =>
        log.debug({ err, group }, 'stream consumer: others not woken'),
      );
    },
  };
}

const ANNOUNCE = "select announce('stream', :topic)";

async function join({ url, topic, group }: Member, onLost: () => void): Promise<pg.Client> {
  const session = sessionClient(url, `stream ${group}`);
  session.on('end', onLost);
  await session.connect();
  await session.query('select pg_advisory_lock_shared(lock_key($1), hashtext($2))', [
    MEMBERS,
    `${group} ${topic}`,
  ]);
  await wakeOthers(session, topic);
  return session;
}

/** Members re-check their share at once when one joins, leaves or gives up partitions. */
async function wakeOthers(session: pg.Client, topic: string): Promise<void> {
  await session.query("select announce('stream', $1)", [topic]);
}

/** Takes free partitions up to this member's share, and gives up those above it. */
async function takeFairShare(
  session: pg.Client,
  { topic, group }: Member,
  owned: readonly number[],
): Promise<{ owned: number[]; isAlone: boolean }> {
  const { rows } = await session.query<{ partition: number; members: number }>({
    name: 'share',
    text: sql('share'),
    values: [MEMBERS, `${group} ${topic}`, topic],
  });
  const members = Math.max(1, rows[0]?.members ?? 1);
  const share = Math.ceil(rows.length / members);
  const lock = (verb: string, partition: number) =>
    session.query<{ done: boolean }>(`select ${verb}(lock_key($1), hashtext($2)) as done`, [
      OWNERS,
      `${group} ${topic} ${partition}`,
    ]);
  const kept = owned.slice(0, share);
  for (const partition of owned.slice(share)) await lock('pg_advisory_unlock', partition);
  if (owned.length > share) await wakeOthers(session, topic);
  for (const { partition } of rows) {
    if (kept.length >= share) break;
    if (owned.includes(partition)) continue;
    const taken = await lock('pg_try_advisory_lock', partition);
    if (taken.rows[0]?.done) kept.push(partition);
  }
  return { owned: kept, isAlone: members === 1 };
}

/** Handles the next batch of each owned partition; false when there was none. */
async function handleNext(
  { db, topic, group, onBatch }: Member,
  owned: readonly number[],
  stopping: AbortSignal,
): Promise<boolean> {
  if (owned.length === 0) return false;
  const records = await nextRecords(db, { topic, group, partitions: owned });
  for (const partition of owned) {
    const batch = records.filter((record) => record.partition === partition);
    const last = batch.at(-1);
    if (!last) continue;
    if (stopping.aborted) break;
    await onBatch(batch);
    failpoint('before-offset-commit');
    await commit(db, group, last);
    failpoint('after-offset-commit');
  }
  return records.length > 0;
}

async function commit(db: Database, group: string, last: StreamRecord): Promise<void> {
  const { topic, partition, offset } = last;
  await queryPrepared(db, sql('commit_offset'), { group, topic, partition, offset });
}
