import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type pg from 'pg';
import { type Database, openDatabase, sessionClient } from './database.ts';
import { CannotStart } from './errors.ts';
import type { Logger } from './logger.ts';
import { execute, query, queryRow } from './sql.ts';

const MIGRATIONS = new URL('../migrations/', import.meta.url);
const RELEASE_1_0_0 = new URL('from-1.0.0/', MIGRATIONS);
/** SQLSTATEs (PostgreSQL manual, appendix A). */
const LOCK_NOT_AVAILABLE = '55P03';
const DEADLOCK_DETECTED = '40P01';
/** What replaced all migrations before them (docs/adr/0017-one-baseline.md). */
const BASELINE = readdirSync(MIGRATIONS)
  .filter((name) => /^\d/.test(name) && name <= '20261204000600_allocation.ts')
  .sort();
/** What a database of release 1.0.0 has applied: everything from the first to the last of these. */
const FIRST_OF_1_0_0 = '20261124000100_rates.ts';
const LAST_OF_1_0_0 = '20261127000300_letters_closed.ts';
/** An earlier baseline with its changes: after the last of them the schema equals this baseline. */
const FIRST_AFTER_1_0_0 = '20261201000100_foundation.ts';
const LAST_BEFORE_BASELINE = '20261203000100_allocation_by_sums.ts';

/**
 * Migrates the schema and returns the names of the migrations applied. An advisory lock lets one
 * migration run at a time and dies with its process; knex's own lock is a row that survives a kill,
 * so the holder of the advisory lock may free it.
 */
export async function migrate(url: string, log: Logger): Promise<readonly string[]> {
  const guard = sessionClient(url, 'migration lock', { deadlines: 'none' });
  await guard.connect();
  const db = openDatabase({ url, name: 'migrations', deadlines: 'none', poolSize: 2 });
  try {
    await checkSession(guard, url);
    await guard.query("select pg_advisory_lock(hashtext(current_schema() || '.migrations'))");
    const upgraded = await moveToBaseline(db, log);
    const [applied, pending] = (await db.migrate.list()) as [{ name: string }[], unknown[]];
    warnOfNewer(applied, log);
    const done = pending.length === 0 ? [] : await applyNew(db, log);
    await execute(db, readFileSync(new URL('grants.sql', MIGRATIONS), 'utf8'));
    return [...upgraded, ...done.map((file) => basename(file, '.ts'))];
  } finally {
    await db.destroy();
    await guard.end();
  }
}

function warnOfNewer(applied: readonly { name: string }[], log: Logger): void {
  const known = new Set(readdirSync(MIGRATIONS));
  const unknown = applied.map(({ name }) => name).filter((name) => !known.has(name));
  if (unknown.length > 0)
    log.warn(
      { migrations: unknown },
      'a newer version has migrated the database: if this version fails on it, ' +
        'run the newer one or restore a dump (docs/backup.md)',
    );
}

async function applyNew(db: Database, log: Logger): Promise<string[]> {
  await db.migrate.forceFreeMigrationsLock();
  const [, done] = (await db.migrate.latest()) as [number, string[]];
  log.info({ migrations: done.length }, 'schema migrated');
  return done;
}

/**
 * Moves a database with older migrations to the baseline, in one transaction, and returns the names
 * of the baseline's migrations where it changed the schema. Throws `CannotStart` for a database
 * that is in between.
 */
async function moveToBaseline(db: Database, log: Logger): Promise<string[]> {
  const { exists } = await queryRow<{ exists: boolean }>(
    db,
    "select to_regclass('knex_migrations') is not null as exists",
  );
  if (!exists) return [];
  const rows = await query<{ name: string }>(db, 'select name from knex_migrations');
  const applied = new Set(rows.map(({ name }) => name));
  const isCurrent = applied.has(LAST_BEFORE_BASELINE);
  if (!isCurrent && !applied.has(FIRST_OF_1_0_0) && !applied.has(FIRST_AFTER_1_0_0)) return [];
  const isOf1_0_0 = applied.has(LAST_OF_1_0_0) && !rows.some(({ name }) => isBetween(name));
  if (!isCurrent && !isOf1_0_0)
    throw new CannotStart(
      'The schema of the database is of no release: migrate it first with release 1.0.0, or with ' +
        `the version whose last migration is ${LAST_BEFORE_BASELINE}`,
    );
  await db.transaction(async (trx) => {
    if (!isCurrent) await carryOver(trx);
    await execute(trx, 'delete from knex_migrations where name < :first', {
      first: BASELINE[0] ?? '',
    });
    await execute(
      trx,
      `insert into knex_migrations (name, batch, migration_time)
       select name, 1, now() from unnest(:names::text[]) as baseline (name)`,
      { names: BASELINE },
    );
  });
  if (isCurrent) return [];
  log.info('schema upgraded from release 1.0.0');
  return BASELINE.map((file) => basename(file, '.ts'));
}

/** Whether it came after release 1.0.0 and before the baseline. */
const isBetween = (name: string) => name > LAST_OF_1_0_0 && name < (BASELINE[0] ?? '');

/**
 * Sets the tables of release 1.0.0 aside, creates those of the baseline and fills them. Throws
 * `CannotStart` where that would drop what others attached to the tables, or while they are in use.
 */
async function carryOver(trx: Database): Promise<void> {
  const attached = await query<{ attached: string }>(trx, statement('find_attached'));
  if (attached.length > 0)
    throw new CannotStart(
      'The upgrade from release 1.0.0 creates its tables again and would drop: ' +
        attached.map((row) => row.attached).join(', ') +
        '. Copy what added columns hold, drop these, start, and create them again',
    );
  await execute(trx, statement('set_aside')).catch((cause: unknown) => {
    const { code } = cause as { code?: string };
    if (code !== LOCK_NOT_AVAILABLE && code !== DEADLOCK_DETECTED) throw cause;
    throw new CannotStart(
      'Other programs keep using the tables of release 1.0.0: stop its services, then start again',
      { cause },
    );
  });
  for (const file of BASELINE) {
    const { up } = (await import(new URL(file, MIGRATIONS).href)) as { up(db: Database): unknown };
    await up(trx);
  }
  await execute(trx, statement('carry_over'));
}

const statement = (name: string) => readFileSync(new URL(`${name}.sql`, RELEASE_1_0_0), 'utf8');

/** Checks what everything relies on: a session that is ours until it ends, and UTC. */
async function checkSession(session: pg.Client, url: string): Promise<void> {
  const { rows } = await session.query("select current_setting('timezone') as zone");
  const { zone = '' } = (rows[0] ?? {}) as { zone?: string };
  if (!/^(Etc\/)?(UTC|UCT|Zulu|Universal)$|^GMT$/.test(zone))
    throw new CannotStart(
      `Postgres uses the time zone ${zone} although UTC was requested: a connection pooler ` +
        "drops the request. Run: alter role … set timezone = 'UTC'",
    );
  if (await sharesSessions(session, url))
    throw new CannotStart(
      'The connection pooler in front of Postgres shares sessions between clients, and LISTEN ' +
        'and advisory locks need one of their own: set pool_mode = session in pgbouncer.ini',
    );
}

/**
 * Whether a pooler hands the session to other clients between transactions: then LISTEN, advisory
 * locks and SET do not hold. The session has another backend while a second client is in one,
 * or that client sees what this one has set.
 */
export async function sharesSessions(session: pg.Client, url: string): Promise<boolean> {
  const probe = randomUUID();
  const backend = 'select pg_backend_pid() as pid';
  const before = await session.query<{ pid: number }>(
    `${backend}, set_config('fx.probe', $1, false)`,
    [probe],
  );
  const other = sessionClient(url, 'session check', { deadlines: 'none' });
  await other.connect();
  try {
    await other.query('begin');
    const seen = await other.query<{ probe: string | null }>(
      "select current_setting('fx.probe', true) as probe",
    );
    const after = await session.query<{ pid: number }>(backend);
    return seen.rows[0]?.probe === probe || after.rows[0]?.pid !== before.rows[0]?.pid;
  } finally {
    await other.end();
  }
}
