import type pg from 'pg';
import { backOff } from '../../platform/back-off.ts';
import { breakOff, type Database, sessionClient } from '../../platform/database.ts';
import { failpoint } from '../../platform/failpoint.ts';
import type { Logger } from '../../platform/logger.ts';
import type { BatchHandler, StreamRecord, Subscription } from '../port.ts';
import { nextOfGroup, WAKE_CHANNEL } from './log.ts';

/** A wake-up that got lost costs at most this. */
const POLL_MS = 2000;

interface Member {
  db: Database;
  url: string;
  log: Logger;
  topic: string;
  group: string;
  onBatch: BatchHandler;
}

/**
 * Joins a group on the embedded stream. Every member holds one session: a shared advisory lock says that it is there, an exclusive
 * one for each partition says that it owns it. Locks die with their session, so a killed member's partitions are free at once;
 * a member that lost its session unknowingly does a batch twice at worst, which the handler's idempotent writes make harmless.
 */
export async function subscribePostgres(member: Member): Promise<Subscription> {
  const { log, group, topic, url } = member;
  const stopping = new AbortController();
  const wake = alarm();
  let trouble: string | null = null;
  let owned: number[] = [];

  async function run(): Promise<void> {
    const retry = backOff({ longest: 2000 });
    while (!stopping.signal.aborted) {
      const session = sessionClient(url, `stream ${group}`);
      session.on('error', (error) => log.warn({ error: error.message }, 'stream: session lost'));
      session.on('notification', ({ payload }) => payload === topic && wake.ring());
      session.on('end', () => wake.ring());
      try {
        await session.connect();
        await listenForAppends(session);
        await session.query('select pg_advisory_lock_shared(lock_key($1), hashtext($2))', [
          MEMBERS,
          `${group} ${topic}`,
        ]);
        await wakeOthers(session, topic);
        while (!stopping.signal.aborted) {
          owned = await takeFairShare(session, member, owned);
          const worked = await workThrough(member, owned, stopping.signal);
          trouble = null;
          retry.reset();
          if (!worked) await wake.wait(POLL_MS);
        }
        await session.query('select pg_advisory_unlock_all()');
        await wakeOthers(session, topic);
      } catch (error) {
        trouble = `stream: ${(error as Error).message}`;
        log.error(
          { error: (error as Error).message },
          'stream: the batch was not done and comes again',
        );
        owned = [];
        // A server that has fallen silent would have a polite end wait for ever, and its locks must not wait for the batch to come.
        breakOff(session);
        await retry.wait(stopping.signal);
      }
      owned = [];
      await session.end().catch(() => undefined);
    }
  }

  const running = run();
  return {
    // A server that is away comes back, and every fault is tried again from a fresh session: there is nothing to give up for.
    gaveUp: new Promise<never>(() => {}),
    health: () => ({ trouble, partitions: owned }),
    stop: async () => {
      stopping.abort();
      wake.ring();
      await running;
    },
  };
}

const MEMBERS = 'fx-rates stream members';
const OWNERS = 'fx-rates stream owners';

/** Takes free partitions up to this member's share of them, and gives up what is above it: members come and go. */
async function takeFairShare(
  session: pg.Client,
  { topic, group }: Member,
  owned: number[],
): Promise<number[]> {
  const { rows } = await session.query<{ partition: number; members: string }>(
    `select partition, (
       select count(*) from pg_locks
       where locktype = 'advisory' and mode = 'ShareLock' and granted and objsubid = 2
         and database = (select oid from pg_database where datname = current_database())
         and classid = lock_key($1)::oid and objid = hashtext($2)::oid
     ) as members
     from stream_partitions where topic = $3 order by partition`,
    [MEMBERS, `${group} ${topic}`, topic],
  );
  const share = Math.ceil(rows.length / Math.max(1, Number(rows[0]?.members)));
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
  return kept;
}

/** A member that came, or gave something up, has the others look at their share at once. */
async function wakeOthers(session: pg.Client, topic: string): Promise<void> {
  await session.query('select announce($1, $2)', [WAKE_CHANNEL, topic]);
}

/** The channel of `announce('stream')`: the schema is part of its name. */
async function listenForAppends(session: pg.Client): Promise<void> {
  const { rows } = await session.query<{ schema: string }>('select current_schema() as schema');
  await session.query(`listen ${session.escapeIdentifier(`${rows[0]?.schema}.${WAKE_CHANNEL}`)}`);
}

/** One batch of each owned partition. Tells whether there was any, so that the loop goes on without waiting. */
async function workThrough(
  member: Member,
  owned: readonly number[],
  stopping: AbortSignal,
): Promise<boolean> {
  if (owned.length === 0) return false;
  const { db, topic, group, onBatch } = member;
  const batches = await nextOfGroup(db, { topic, group, partitions: owned });
  for (const records of batches) {
    const last = records.at(-1);
    if (stopping.aborted || !last) break;
    await onBatch(records);
    failpoint('before-offset-commit');
    await commit(db, group, last);
    failpoint('after-offset-commit');
  }
  return batches.length > 0;
}

/**
 * Only forward: a member that came late with an old batch must not send the group back. Without a wait for the disk: an offset that a
 * crash of the machine takes back brings rows again that are there already.
 */
async function commit(db: Database, group: string, last: StreamRecord): Promise<void> {
  await db.raw(
    `with unhurried as (select set_config('synchronous_commit', 'off', true))
     insert into stream_group_offsets (consumer_group, topic, partition, next_offset)
     select ?, ?, ?, ?::bigint + 1 from unhurried
     on conflict on constraint stream_group_offsets_pkey
     do update set next_offset = greatest(stream_group_offsets.next_offset, excluded.next_offset)`,
    [group, last.topic, last.partition, last.offset],
  );
}

/** Wakes a sleeper; a ring while nobody sleeps is kept for the next one. */
function alarm() {
  let rung = false;
  let wakeUp = () => {};
  return {
    ring: () => {
      rung = true;
      wakeUp();
    },
    wait: async (ms: number) => {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wakeUp = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      rung = false;
    },
  };
}
